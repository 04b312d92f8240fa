import type { RawConnection } from './targets.js';

/** Values that no argument, or hardly one, can stand for. */
export const VALUES: readonly string[] = [
  ...[
    '9223372036854775807',
    '-9223372036854775808',
    '9223372036854775808',
    '1.5',
    '',
    ' 1',
    'nan',
    'inf',
    '-inf',
  ],
  ...['0', '-1', '2', 'abc', '4294967296', '\u0001\u00ff', '*', 'LEFT', '-'],
];

/** A key of each type, and one that is not there. */
const KEYS: readonly (readonly string[])[] = [
  ['SET', 's', 'hello'],
  ['SET', 'n', '10'],
  ['RPUSH', 'l', '3', '1', '2'],
  ['SADD', 'i', '1', '2', '3'],
  ['HSET', 'h', '1', 'x', 'abc', '10'],
  ['ZADD', 'z', '1', 'a', '2', 'abc'],
  ['XADD', 'x', '1-1', 'f', 'v'],
  ['XGROUP', 'CREATE', 'x', 'abc', '0'],
];
const NAMES = ['s', 'n', 'l', 'i', 'h', 'z', 'x', 'none'];
/** Commands have this many arguments more than they need at most. */
const EXTRA = 2;
const ARGUMENTS_MAX = 7;

/** Requests of every length for a command: one value everywhere, or a key in the first, second or third place. */
export function* requests(command: readonly string[], arity: number): Generator<string[]> {
  const longest = Math.min(ARGUMENTS_MAX, Math.abs(arity) + EXTRA);
  yield [...command];
  for (let length = command.length + 1; length <= longest; length++) {
    for (const value of VALUES) {
      const same = [...command, ...Array<string>(length - command.length).fill(value)];
      yield same;
      for (let at = command.length; at < Math.min(length, command.length + 3); at++)
        for (const name of NAMES) yield same.with(at, name);
    }
  }
}

/** What a request did: its reply, and whether the keys are the same as before. */
export interface Outcome {
  readonly reply: string;
  readonly before: string;
  readonly after: string;
}

const PREPARATION: readonly (readonly string[])[] = [['RESET'], ['FLUSHALL'], ...KEYS, ['DEBUG', 'DIGEST']];

/** Runs each request on the same keys, in a transaction where it could wait. */
export async function outcomes(
  connection: RawConnection,
  all: readonly (readonly string[])[],
  inTransaction: boolean,
): Promise<Outcome[]> {
  const around = inTransaction ? [['MULTI']] : [];
  for (const argv of all)
    for (const line of [
      ...PREPARATION,
      ...around,
      argv,
      ...(inTransaction ? [['EXEC']] : []),
      ['DEBUG', 'DIGEST'],
    ])
      connection.send(line);
  const found: Outcome[] = [];
  for (const argv of all) {
    const shown = argv.join(' ');
    let before = '';
    for (let i = 0; i < PREPARATION.length; i++) before = await connection.reply('reply', shown);
    if (inTransaction) await connection.reply('reply', shown);
    let reply = await connection.reply('reply', shown);
    if (inTransaction) reply += await connection.reply('reply', shown);
    found.push({ reply, before, after: await connection.reply('reply', shown) });
  }
  return found;
}
