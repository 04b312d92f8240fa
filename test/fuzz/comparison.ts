import fc from 'fast-check';
import { OurTarget, RawConnection, RedisTarget } from '../compat/targets.js';
import { sortedFrame } from '../compat/resp-frames.js';
import { COMMANDS, sometimesBroken } from './keyspace.js';

type Command = readonly string[];

/** Longest row of commands that one comparison runs. */
export const ROW_LENGTH_MAX = 200;

/** Replies that have no order, and those that have one two by two. */
const UNORDERED = new Set([
  'SMEMBERS',
  'SINTER',
  'SUNION',
  'SDIFF',
  'SPOP',
  'SRANDMEMBER',
  'HKEYS',
  'HVALS',
  'KEYS',
]);
const UNORDERED_PAIRS = new Set(['HGETALL']);
/** The second element of their replies has no order. */
const SCANS = new Set(['SSCAN', 'HSCAN', 'HRANDFIELD']);

/** mredis and redis-server, one connection to each, and a comparison of what rows of commands do to them. */
export class ServerComparison {
  private constructor(
    private readonly targets: readonly [OurTarget, RedisTarget],
    private readonly connections: readonly RawConnection[],
  ) {}

  static async start(): Promise<ServerComparison> {
    const targets = [await OurTarget.start({}), await RedisTarget.start({})] as const;
    return new ServerComparison(
      targets,
      await Promise.all(targets.map((target) => RawConnection.open(target.port))),
    );
  }

  async stop(): Promise<void> {
    for (const connection of this.connections) connection.close();
    for (const target of this.targets) await target.stop();
  }

  /** Runs the row on both empty servers: the replies and, at the end, the data; the first line that differs, or null. */
  async difference(row: readonly Command[]): Promise<string | null> {
    const commands = [['FLUSHALL'], ['SELECT', '0'], ...row];
    const [ours, theirs] = await Promise.all(
      this.connections.map((connection) => transcript(connection, commands)),
    );
    for (const [index, their] of theirs!.entries()) {
      if (ours![index] !== their)
        return `mredis ${JSON.stringify(ours![index])}\nredis  ${JSON.stringify(their)}`;
    }
    return ours!.length === theirs!.length ? null : 'one of them has more keys';
  }

  /**
   * Compares rows of random commands of one type until about `count` have run. Throws with the shortest row that still
   * differs; `seed` repeats a run.
   */
  async compare(type: string, count: number, seed: number): Promise<void> {
    const command = COMMANDS[type];
    if (command === undefined)
      throw new Error(`no commands for '${type}': ${Object.keys(COMMANDS).join(', ')}`);
    const rows = fc.array(sometimesBroken(command), {
      minLength: ROW_LENGTH_MAX / 2,
      maxLength: ROW_LENGTH_MAX,
      size: 'max',
    });
    const property = fc.asyncProperty(rows, async (row) => (await this.difference(row)) === null);
    const run = await fc.check(property, {
      numRuns: Math.ceil(count / (ROW_LENGTH_MAX * 0.75)),
      seed,
      endOnFailure: true,
    });
    if (!run.failed) return;
    if (run.counterexample === null)
      throw new Error('the comparison itself failed', { cause: run.errorInstance });
    const row = await this.shortest(run.counterexample[0]);
    const lines = row.map((argv) => JSON.stringify(argv)).join('\n');
    throw new Error(`${(await this.difference(row)) ?? 'not always'}\nafter\n${lines}`);
  }

  /** The row without the commands that the difference does not need: pieces are left out, ever smaller ones. */
  private async shortest(found: readonly Command[]): Promise<readonly Command[]> {
    let row = found;
    for (let piece = row.length >> 1; piece >= 1; piece = piece > 1 ? piece >> 1 : 0) {
      for (let at = 0; at < row.length;) {
        const rest = [...row.slice(0, at), ...row.slice(at + piece)];
        if ((await this.difference(rest)) === null) at += piece;
        else row = rest;
      }
    }
    return row;
  }
}

/** Each command with its reply, then each key with what it holds. */
async function transcript(connection: RawConnection, commands: readonly Command[]): Promise<string[]> {
  const lines = await exchange(connection, commands);
  for (const database of ['0', '1']) {
    const keys = await connectionKeys(connection, database);
    lines.push(
      ...(await exchange(connection, [
        ['DEBUG', 'DIGEST-VALUE', ...keys],
        ['DBSIZE'],
        ...keys.flatMap(questions),
      ])),
    );
  }
  return lines;
}

function questions(key: string): Command[] {
  return [
    ['TYPE', key],
    ['PEXPIRETIME', key],
    ['OBJECT', 'ENCODING', key],
  ];
}

async function connectionKeys(connection: RawConnection, database: string): Promise<string[]> {
  await connection.call('SELECT', database);
  const reply = await connection.call('KEYS', '*');
  return [...reply.matchAll(/\$\d+\r\n(.*?)\r\n/gs)].map((match) => match[1]!).sort();
}

async function exchange(connection: RawConnection, commands: readonly Command[]): Promise<string[]> {
  for (const argv of commands) connection.send(argv);
  const lines: string[] = [];
  for (const argv of commands) {
    const shown = argv.join(' ');
    lines.push(`${shown}: ${comparable(argv, await connection.reply('reply', shown))}`);
  }
  return lines;
}

function comparable(argv: Command, reply: string): string {
  const name = argv[0]!.toUpperCase();
  if (UNORDERED.has(name)) return sortedFrame(reply, false);
  if (UNORDERED_PAIRS.has(name)) return sortedFrame(reply, true);
  // A sorted set that SORT has looked at, which it does among all types, is a skip list to Redis from then on.
  if (name === 'OBJECT') return reply.replace('skiplist', 'listpack');
  // Their elements as lines: an order over all of them serves to compare.
  if (SCANS.has(name)) return reply.split('\r\n').sort().join(' ');
  return reply;
}
