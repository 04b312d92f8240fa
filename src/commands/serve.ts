import { Command, Flags } from '@oclif/core';
import { serve } from '../server/launch/serve.js';

/** The flags are for the help text: `serve` reads the command line itself, as redis-server reads its own. */
export default class Serve extends Command {
  static override description = 'serve Redis clients, with the data kept on disk unless told otherwise';
  static override strict = false;
  static override usage = 'serve [REDIS.CONF] [--DIRECTIVE VALUE ...]';
  static override examples = [
    '<%= config.bin %> serve',
    '<%= config.bin %> serve --port 7000 --data-dir /var/lib/mredis',
    '<%= config.bin %> serve redis.conf --maxmemory 1gb --maxmemory-policy allkeys-lru',
    '<%= config.bin %> serve --appendonly no --save ""',
  ];
  static override flags = {
    port: Flags.integer({ char: 'p', description: 'TCP port; 0 for none', default: 6379 }),
    host: Flags.string({ description: 'address to listen on', default: '127.0.0.1' }),
    'data-dir': Flags.string({ char: 'd', description: 'where the data is kept', default: './data' }),
    unixsocket: Flags.string({ description: 'path of a Unix socket to listen on as well' }),
    shards: Flags.integer({ description: 'parts of each database, a power of two', default: 16 }),
    'max-keys-per-shard': Flags.integer({
      description: 'keys a shard may hold before the oldest go',
      default: 0,
    }),
    maxclients: Flags.integer({ description: 'connections at a time', default: 10_000 }),
    requirepass: Flags.string({ description: 'password that clients must give' }),
    'log-level': Flags.string({
      description: 'debug, verbose, notice, warning or nothing',
      default: 'notice',
    }),
  };

  async run(): Promise<void> {
    await serve(this.argv);
  }
}
