import type { RawConnection } from './targets.js';

/** Values that no argument, or hardly one, can stand for. */
const VALUES: readonly string[] = [
  ...['9223372036854775807', '-9223372036854775808', '9223372036854775808', '1.5', '', ' 1', '-inf'],
  ...['0', '-1', 'abc', '\u0001\u00ff', '*'],
];

/** A key of each type; `none` is not there. */
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
const NAMES = ['s', 'l', 'i', 'h', 'z', 'x', 'none'];
const ARGUMENTS_MAX = 7;
/** Requests that run on what those before have left. */
const IN_A_ROW = 25;

/** Requests of every length for a command: one value everywhere, or a key in the first or second place. */
export function requests(command: readonly string[], arity: number): string[][] {
  const found: string[][] = [[...command]];
  const longest = Math.max(command.length, Math.min(ARGUMENTS_MAX, Math.abs(arity) + 1));
  for (let length = command.length + 1; length <= longest; length++) {
    for (const value of VALUES) {
      const same = [...command, ...Array<string>(length - command.length).fill(value)];
      found.push(same);
      for (let at = command.length; at < Math.min(length, command.length + 2); at++)
        for (const name of NAMES) found.push(same.with(at, name));
    }
  }
  return found;
}

/** What a request did. */
export interface Outcome {
  readonly reply: string;
  /** The keys are others than before. */
  readonly changed: boolean;
  readonly digest: string;
}

const PREPARATION: readonly (readonly string[])[] = [['RESET'], ['FLUSHALL'], ...KEYS, ['DEBUG', 'DIGEST']];

/** Runs requests, all in one transaction each if they could wait. */
export async function outcomes(
  connection: RawConnection,
  all: readonly (readonly string[])[],
  inTransaction: boolean,
): Promise<Outcome[]> {
  const found: Outcome[] = [];
  for (let at = 0; at < all.length; at += IN_A_ROW)
    found.push(...(await row(connection, all.slice(at, at + IN_A_ROW), inTransaction)));
  return found;
}

async function row(
  connection: RawConnection,
  all: readonly (readonly string[])[],
  inTransaction: boolean,
): Promise<Outcome[]> {
  const lines = (argv: readonly string[]): (readonly string[])[] =>
    inTransaction ? [['MULTI'], argv, ['EXEC']] : [argv];
  for (const line of PREPARATION) connection.send(line);
  for (const argv of all) for (const line of [...lines(argv), ['DEBUG', 'DIGEST']]) connection.send(line);
  let digest = '';
  for (const line of PREPARATION) digest = await connection.reply('reply', line.join(' '));
  const found: Outcome[] = [];
  for (const argv of all) {
    const before = digest;
    let reply = '';
    for (const line of lines(argv)) reply += await connection.reply('reply', line.join(' '));
    digest = await connection.reply('reply', argv.join(' '));
    found.push({ reply, changed: digest !== before, digest });
  }
  return found;
}
