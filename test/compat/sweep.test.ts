/**
 * Every command that both servers know, with arguments of every number made of values that do not fit, and with keys of
 * every type in the first places: the same replies, the same keys afterwards, and none changed where an error is the
 * reply.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/server/commands/list.js';
import { comparable, equivalent } from '../fuzz/equivalence.js';
import { type Outcome, outcomes, requests } from './sweep.js';
import { OurTarget, RawConnection, RedisTarget } from './targets.js';

/** They end or hand over the connection or the server, are about the machine, or reply by chance. */
const LEFT_OUT = new Set([
  ...[
    'shutdown',
    'debug',
    'monitor',
    'quit',
    'reset',
    'hello',
    'multi',
    'exec',
    'discard',
    'wait',
    'waitaof',
  ],
  ...['subscribe', 'psubscribe', 'ssubscribe', 'unsubscribe', 'punsubscribe', 'sunsubscribe', 'watch'],
  ...['migrate', 'save', 'bgsave', 'bgrewriteaof', 'lastsave', 'info', 'time', 'lolwut', 'cluster', 'module'],
  ...['client|kill', 'client|pause', 'client|reply', 'client|id', 'client|info', 'client|list', 'auth'],
  ...['config|get', 'config|set', 'config|rewrite', 'config|resetstat', 'command', 'latency', 'slowlog'],
  ...['memory|stats', 'memory|doctor', 'memory|usage', 'memory|malloc-stats', 'memory|help'],
  ...['srandmember', 'spop', 'hrandfield', 'zrandmember', 'randomkey', 'object|idletime', 'dump'],
  ...['client|help', 'config|help', 'pubsub|help', 'object|help', 'xgroup|help', 'xinfo|help'],
  // Its cursors are our own.
  'scan',
  // With three arguments they are other commands since 7.2.
  ...['zrank', 'zrevrank'],
]);
/** As seconds it is more than a wait can be: Redis 7.0 lets the number overflow. */
const TOO_LONG = ['9223372036854775807', '9223372036854775808'];
const WAITS = new Set(['blpop', 'brpop', 'brpoplpush', 'blmove', 'bzpopmin', 'bzpopmax', 'blmpop', 'bzmpop']);

function isLeftOut(argv: readonly string[]): boolean {
  const [name] = argv;
  // An id by the clock.
  if (name === 'xadd') return argv.includes('*');
  return WAITS.has(name!) && TOO_LONG.some((word) => argv.includes(word));
}

interface Swept {
  readonly command: readonly string[];
  readonly arity: number;
}

function swept(theirs: ReadonlySet<string>): Swept[] {
  const specs = COMMANDS.flatMap((spec) => [
    { command: [spec.name], arity: spec.arity },
    ...(spec.subcommands ?? []).map(({ name, arity }) => ({ command: [spec.name, name], arity })),
  ]);
  return specs.filter(({ command }) => {
    const name = command.join('|');
    return theirs.has(name) && !LEFT_OUT.has(name) && !LEFT_OUT.has(command[0]!);
  });
}

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
let ours: OurTarget;
let theirs: RedisTarget;
let our: RawConnection;
let their: RawConnection;

beforeAll(async () => {
  if (!hasRedis) return console.warn('no redis-server found: bad arguments are not compared');
  ours = await OurTarget.start({});
  theirs = await RedisTarget.start({});
  [our, their] = [await RawConnection.open(ours.port), await RawConnection.open(theirs.port)];
}, 30_000);

afterAll(async () => {
  if (!hasRedis) return;
  our.close();
  their.close();
  await ours.stop();
  await theirs.stop();
});

function shown(argv: readonly string[], { reply, changed }: Outcome): string {
  return `${argv.join(' ')}: ${comparable(argv, reply)}${changed ? 'changed' : ''}`;
}

function alike(argv: readonly string[], our: Outcome, their: Outcome): boolean {
  return our.digest === their.digest && equivalent(shown(argv, our), shown(argv, their));
}

test('every command of redis-server refuses what does not fit as redis-server does', async () => {
  expect(hasRedis || process.env['CI'] !== 'true').toBe(true);
  if (!hasRedis) return;
  const listed = await their.call('COMMAND', 'LIST');
  const names = new Set([...listed.matchAll(/\$\d+\r\n(.*)\r\n/g)].map(([, name]) => name!));
  const commands = swept(names);
  expect(commands.length).toBeGreaterThan(180);
  for (const { command, arity } of commands) {
    const all = requests(command, arity).filter((argv) => !isLeftOut(argv));
    const inTransaction = WAITS.has(command[0]!) || command[0]!.startsWith('xread');
    const [one, other] = await Promise.all([our, their].map((each) => outcomes(each, all, inTransaction)));
    const differing = all.filter((argv, i) => !alike(argv, one![i]!, other![i]!));
    expect(differing.map((argv) => argv.join(' '))).toEqual([]);
    const broken = all.filter((_, i) => one![i]!.reply.startsWith('-') && one![i]!.changed);
    expect(broken).toEqual([]);
  }
}, 300_000);
