/**
 * mredis inside a Node program: a Redis server that any client can connect to.
 *
 *     const server = await createServer();
 *     const client = new Redis(server.port);
 *     …
 *     await server.close();
 */
import { resolve } from 'node:path';
import { ConfigError, Configuration, initialConfig } from './server/config/configuration.js';
import { silentLog } from './server/log.js';
import { Server } from './server/server.js';
import { VERSION } from './server/version.js';

export interface ServerOptions {
  /** TCP port; 0, the default, takes a free one. */
  readonly port?: number;
  /** Address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** Path of a Unix socket to listen on as well. */
  readonly unixsocket?: string;
  /** Password that clients must give. Default: none. */
  readonly requirepass?: string;
  /**
   * Any other directive of redis.conf, by its name: `{ maxmemory: '100mb', appendonly: true, dir: './data' }`. Nothing
   * is written to disk unless `appendonly` or `save` asks for it.
   */
  readonly directives?: Readonly<Record<string, string | number | boolean>>;
  /** Where the server says what it does; a pino logger fits. Default: nowhere. */
  readonly log?: ServerLog;
}

/** Fields first, then a sentence. */
export interface ServerLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  level: string;
}

/** A server that accepts connections. */
export interface RunningServer {
  readonly host: string;
  /** The TCP port, also where a free one was taken. */
  readonly port: number;
  /** `redis://127.0.0.1:6379`, for clients; with the password, if there is one. */
  readonly url: string;
  /** Path of the Unix socket, or ''. */
  readonly unixsocket: string;
  /** Number of keys in all databases. */
  readonly keys: number;
  /**
   * Closes every connection and stops listening. Resolves when nothing is left that would keep the process alive; may be
   * called again.
   */
  close(): Promise<void>;
}

/** Version of mredis. */
export const version: string = VERSION;

/**
 * Starts a server, in memory unless `directives` say otherwise. Several may run in one process. Rejects when an option
 * is not one, an address is taken, or data cannot be loaded.
 */
export async function createServer(options: ServerOptions = {}): Promise<RunningServer> {
  const server = new Server(configurationOf(options), options.log ?? silentLog);
  try {
    await server.persistence.start();
    await server.listen();
  } catch (error) {
    await server.close();
    throw error;
  }
  const { config, port } = server;
  const host = config.bind[0] ?? '127.0.0.1';
  const password = config.requirepass === '' ? '' : `:${encodeURIComponent(config.requirepass)}@`;
  let closing: Promise<void> | null = null;
  return {
    host,
    port,
    url: `redis://${password}${host.includes(':') ? `[${host}]` : host}:${port}`,
    unixsocket: config.unixsocket,
    get keys() {
      return server.keyspace.size;
    },
    close: () => (closing ??= server.close()),
  };
}

function configurationOf(options: ServerOptions): Configuration {
  const { host = '127.0.0.1', port = 0, unixsocket, requirepass, directives = {} } = options;
  const values = initialConfig();
  values.bind = [host];
  values.port = port;
  if (unixsocket !== undefined) values.unixsocket = unixsocket;
  if (requirepass !== undefined) values.requirepass = requirepass;
  const configuration = new Configuration(values);
  for (const [name, value] of Object.entries(directives)) {
    const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
    const reason = configuration.setAtStart(name, [text]);
    if (reason !== null) throw new ConfigError(`createServer: '${name} ${text}': ${reason}`);
  }
  // Without a directory, the server has nothing to do with the disk.
  const keeps = values.appendonly || values.save.length > 0 || values.dir !== '';
  if (keeps) values.dir = resolve(values.dir);
  return configuration;
}
