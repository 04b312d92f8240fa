/**
 * Commands that redis-server 7.0 does not have, in random rows, against a model of them: the same replies, and the same
 * keys in the end, also after everything has gone through a snapshot, the append-only file, a rewrite of it, or DUMP
 * and RESTORE. A key that has changed aborts a transaction that watches it, is told to clients that track it, and has
 * an event.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OurTarget, RawConnection, until } from '../compat/targets.js';
import { KeyspaceModel } from './keyspace-model.js';
import { KEYS, type Step, steps } from './newer-commands.js';
import { encoded } from './replies.js';
import { stateOf } from './server-state.js';

const ROWS = 150;

let directory = '';
let target: OurTarget;
let client: RawConnection;
let watcher: RawConnection;
let observer: RawConnection;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mredis-'));
  const config = {
    dir: directory,
    appendonly: true,
    appendfsync: 'no',
    'auto-aof-rewrite-percentage': 0,
  } as const;
  target = await OurTarget.start({ config });
  [client, watcher, observer] = (await Promise.all([1, 2, 3].map(() => RawConnection.open(target.port)))) as [
    RawConnection,
    RawConnection,
    RawConnection,
  ];
  await client.call('CONFIG', 'SET', 'notify-keyspace-events', 'KA');
  await observer.call('HELLO', '3');
  await observer.call('CLIENT', 'TRACKING', 'ON', 'BCAST');
  observer.send(['PSUBSCRIBE', '__keyspace@0__:*']);
  await observer.reply('any');
});

afterAll(async () => {
  for (const connection of [client, watcher, observer]) connection.close();
  await target.stop();
  rmSync(directory, { recursive: true });
});

interface Heard {
  readonly invalidated: Set<string>;
  readonly events: Set<string>;
}

/** What tracking and notifications have told since the last time. */
async function hear(): Promise<Heard> {
  const heard: Heard = { invalidated: new Set(), events: new Set() };
  observer.send(['PING']);
  for (;;) {
    const message = await observer.reply('any');
    if (message === '+PONG\r\n') return heard;
    const event = /\r\n__keyspace@0__:(\w)\r\n/.exec(message);
    if (event !== null) heard.events.add(event[1]!);
    else for (const [, key] of message.matchAll(/\$1\r\n(\w)\r\n/g)) heard.invalidated.add(key!);
  }
}

/** Waits until 1 ms from now has passed for the server, and looks at every key. */
async function settle(model: KeyspaceModel): Promise<void> {
  const now = async (): Promise<number> => {
    const [, seconds, micros] = /\r\n(\d+)\r\n\$\d+\r\n(\d+)\r\n/.exec(await client.call('TIME'))!;
    return Number(seconds) * 1000 + Number(micros) / 1000;
  };
  const from = await now();
  await until(async () => (await now()) > from + 3);
  await client.call('EXISTS', ...KEYS);
  for (const key of KEYS) await client.call('HLEN', key);
  model.settle();
}

/** Claimed entries come by their times, which differ by chance: compared by id, without the times. */
function comparable(argv: readonly string[], reply: string): string {
  if (!argv.includes('CLAIM')) return reply;
  const entries = reply.split(/(?=\*4\r\n)/);
  return entries
    .map((entry) => entry.replace(/:\w+(\r\n:\d+\r\n)$/, ':idle$1'))
    .sort()
    .join('');
}

const isSoon = (argv: readonly string[]): boolean => argv.includes('PX') || argv[0] === 'HPEXPIRE';

async function runCommands(model: KeyspaceModel, commands: readonly (readonly string[])[]): Promise<void> {
  const before = model.state();
  await watcher.call('WATCH', ...KEYS);
  const expected = commands.map((argv) => comparable(argv, encoded(model.run(argv))));
  const changed = differing(before, model.state());
  const replies: string[] = [];
  if (commands.length === 1) replies.push(await client.call(...commands[0]!));
  else {
    await client.call('MULTI');
    for (const argv of commands) await client.call(...argv);
    const reply = await client.call('EXEC');
    expect(reply.slice(reply.indexOf('\r\n') + 2)).toBe(commands.map((_, i) => expected[i]).join(''));
  }
  for (const [i, reply] of replies.entries()) {
    expect(`${commands[i]!.join(' ')} ${comparable(commands[i]!, reply)}`).toBe(
      `${commands[i]!.join(' ')} ${expected[i]}`,
    );
  }
  await watcher.call('MULTI');
  await watcher.call('PING');
  const exec = await watcher.call('EXEC');
  if (changed.length > 0) expect(`${commands.join(';')} ${exec}`).toBe(`${commands.join(';')} *-1\r\n`);
  if (commands.some(isSoon)) await settle(model);
  await checkHeard(commands, differing(before, model.state()));
}

async function checkHeard(
  commands: readonly (readonly string[])[],
  changed: readonly string[],
): Promise<void> {
  const heard = await hear();
  for (const key of changed) {
    expect(`${commands.join(';')} invalidates ${[...heard.invalidated].join()}`).toContain(key);
    expect([commands.join(';'), ...heard.invalidated]).toContain(key);
    expect([commands.join(';'), ...heard.events]).toContain(key);
  }
}

/** The keys that have changed. Who has read what of a stream is no change of the stream, in Redis either. */
function differing(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const told = (state: ReadonlyMap<string, string>, key: string): string | undefined =>
    state.get(key)?.replace(/^(stream.*?)( \w+:\d+\[.*)?$/, '$1');
  return KEYS.filter((key) => told(before, key) !== told(after, key));
}

async function goThroughBytes(way: Exclude<Step, readonly unknown[]>): Promise<void> {
  if (way === 'reload') expect(await client.call('DEBUG', 'RELOAD')).toBe('+OK\r\n');
  if (way === 'rewrite') {
    await client.call('BGREWRITEAOF');
    await until(async () => (await client.call('INFO', 'persistence')).includes('aof_rewrite_in_progress:0'));
  }
  if (way === 'rewrite' || way === 'loadaof') expect(await client.call('DEBUG', 'LOADAOF')).toBe('+OK\r\n');
  if (way === 'dump') for (const key of KEYS) await restore(key);
}

async function restore(key: string): Promise<void> {
  const dumped = await client.call('DUMP', key);
  if (dumped === '$-1\r\n') return;
  const at = Math.max(0, Number((await client.call('PEXPIRETIME', key)).slice(1)));
  const payload = dumped.slice(dumped.indexOf('\r\n') + 2, -2);
  expect(await client.call('RESTORE', key, `${at}`, payload, 'REPLACE', 'ABSTTL')).toBe('+OK\r\n');
}

test('random rows of commands do what the model of them does', async () => {
  const property = fc.asyncProperty(fc.boolean(), steps, async (packed, row) => {
    const model = new KeyspaceModel();
    await client.call('DISCARD');
    await watcher.call('DISCARD');
    await client.call('FLUSHALL');
    await client.call('CONFIG', 'SET', 'hash-max-listpack-entries', packed ? '128' : '2');
    await hear();
    for (const step of row) {
      if (typeof step !== 'string') await runCommands(model, step);
      else {
        await goThroughBytes(step);
        await hear();
        await checkState(model, step);
      }
    }
    for (const way of ['loadaof', 'reload', 'dump'] as const) {
      await goThroughBytes(way);
      await checkState(model, way);
    }
  });
  await fc.assert(property, {
    numRuns: Number(process.env['ROWS'] ?? ROWS),
    seed: Number(process.env['SEED'] ?? 1),
  });
}, 3_600_000);

async function checkState(model: KeyspaceModel, when: string): Promise<void> {
  const state = model.state();
  const expected = KEYS.filter((key) => state.has(key)).map((key) => [key, state.get(key)!]);
  expect([when, ...(await stateOf(client, KEYS))]).toEqual([when, ...expected]);
}
