/** Random commands of every type on mredis and on redis-server: each causes the same keyspace events in the same order. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OurTarget, RawConnection, RedisTarget } from '../compat/targets.js';
import { COMMANDS } from './keyspace.js';

const ROWS = Number(process.env['ROWS'] ?? 3);
const ROW_LENGTH = 150;

/** A server, a client that runs commands, one that hears their events, and one that says where each ends. */
class Heard {
  private constructor(
    private readonly target: OurTarget | RedisTarget,
    private readonly client: RawConnection,
    private readonly listener: RawConnection,
    private readonly marker: RawConnection,
  ) {}

  static async on(target: OurTarget | RedisTarget): Promise<Heard> {
    const connections = await Promise.all([1, 2, 3].map(() => RawConnection.open(target.port)));
    const [client, listener, marker] = connections as [RawConnection, RawConnection, RawConnection];
    await marker.call('CONFIG', 'SET', 'notify-keyspace-events', 'KEAnm');
    for (const argv of [
      ['PSUBSCRIBE', '__key*'],
      ['SUBSCRIBE', 'end'],
    ]) {
      listener.send(argv);
      await listener.reply('any');
    }
    return new Heard(target, client, listener, marker);
  }

  /** The events of each command. */
  async events(row: readonly (readonly string[])[]): Promise<string[]> {
    const found: string[] = [];
    for (const argv of [
      ['RESET'],
      ['FLUSHALL'],
      ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
      ...row,
    ]) {
      await this.client.call(...argv);
      found.push(`${argv.join(' ')}: ${(await this.sinceLast()).join(' ')}`);
    }
    return found;
  }

  private async sinceLast(): Promise<string[]> {
    await this.marker.call('PUBLISH', 'end', 'end');
    const events: string[] = [];
    for (;;) {
      const message = await this.listener.reply('any');
      const [, channel, text] = /\r\n(__key[^\r]*)\r\n\$\d+\r\n([^\r]*)\r\n$/.exec(message) ?? [];
      if (channel === undefined) return events;
      events.push(`${channel}=${text}`);
    }
  }

  async stop(): Promise<void> {
    for (const connection of [this.client, this.listener, this.marker]) connection.close();
    await this.target.stop();
  }
}

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
let folder = '';
let servers: Heard[] = [];

beforeAll(async () => {
  if (!hasRedis) return console.warn('no redis-server found: events are not compared');
  folder = mkdtempSync(join(tmpdir(), 'events-'));
  servers = [
    await Heard.on(await OurTarget.start({ config: { dir: folder } })),
    await Heard.on(await RedisTarget.start({})),
  ];
}, 30_000);

afterAll(async () => {
  for (const server of servers) await server.stop();
  if (folder !== '') rmSync(folder, { recursive: true });
});

test.each(Object.keys(COMMANDS))(
  'random commands on %s cause the events of redis-server',
  async (type) => {
    expect(hasRedis || process.env['CI'] !== 'true').toBe(true);
    const rows = fc.array(COMMANDS[type]!, { minLength: ROW_LENGTH, maxLength: ROW_LENGTH, size: 'max' });
    for (const row of fc.sample(rows, {
      numRuns: hasRedis ? ROWS : 0,
      seed: Number(process.env['SEED'] ?? 7),
    })) {
      const [ours, theirs] = await Promise.all(servers.map((server) => server.events(row)));
      expect(ours).toEqual(theirs);
    }
  },
  600_000,
);
