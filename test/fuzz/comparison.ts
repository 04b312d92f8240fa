import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { OurTarget, RawConnection, RedisTarget } from '../compat/targets.js';
import { comparable, equivalent } from './equivalence.js';
import { COMMANDS, NAMELESS, sometimesBroken } from './keyspace.js';
import { DEFAULTS, settings } from './settings.js';

type Command = readonly string[];

/** Longest row of commands that one comparison runs. */
export const ROW_LENGTH_MAX = 200;

/** mredis and redis-server, one connection to each, and a comparison of what rows of commands do to them. */
export class ServerComparison {
  private constructor(
    private readonly targets: readonly [OurTarget, RedisTarget],
    private readonly connections: readonly [RawConnection, RawConnection],
    private readonly folder: string,
  ) {}

  static async start(): Promise<ServerComparison> {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const targets = [
      await OurTarget.start({ config: { dir: folder } }),
      // It looks at the times of waiting clients so often.
      await RedisTarget.start({ config: { hz: 500 } }),
    ] as const;
    const [ours, theirs] = await Promise.all(targets.map((target) => RawConnection.open(target.port)));
    return new ServerComparison(targets, [ours!, theirs!], folder);
  }

  async stop(): Promise<void> {
    for (const connection of this.connections) connection.close();
    for (const target of this.targets) await target.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs the row on both empty servers: the replies and, at the end, the data; the first line that differs, or null. */
  async difference(row: readonly Command[]): Promise<string | null> {
    const commands = [...BEGIN, ...row.flatMap(withEncoding), ['RESET']];
    const [ours, theirs] = await Promise.all(
      this.connections.map((connection) => transcript(connection, commands)),
    );
    for (const [index, their] of theirs!.entries()) {
      const our = ours![index] ?? '(nothing)';
      if (!equivalent(our, their)) return `mredis ${JSON.stringify(our)}\nredis  ${JSON.stringify(their)}`;
    }
    return ours!.length === theirs!.length ? this.exchanged() : 'one of them has more keys';
  }

  /** Each value of database 0 as DUMP of either server gives it to RESTORE of both: the same value again. */
  private async exchanged(): Promise<string | null> {
    await Promise.all(this.connections.map((connection) => connection.call('SELECT', '0')));
    for (const key of await connectionKeys(this.connections[0], '0')) {
      for (const connection of this.connections) {
        const dumped = await connection.call('DUMP', key);
        const payload = dumped.slice(dumped.indexOf('\r\n') + 2, -2);
        const [ours, theirs] = await Promise.all(this.connections.map((to) => restored(to, payload)));
        if (ours === theirs && ours!.startsWith('+OK')) continue;
        return `RESTORE of ${key}: ${JSON.stringify([ours, theirs, payload])}`;
      }
    }
    return null;
  }

  /**
   * Compares rows of random commands of one type until about `count` have run. Throws with the shortest row that still
   * differs; `seed` repeats a run.
   */
  async compare(type: string, count: number, seed: number): Promise<void> {
    const command = COMMANDS[type];
    if (command === undefined)
      throw new Error(`no commands for '${type}': ${Object.keys(COMMANDS).join(', ')}`);
    const bodies = fc.array(sometimesBroken(command), {
      minLength: ROW_LENGTH_MAX / 2,
      maxLength: ROW_LENGTH_MAX,
      size: 'max',
    });
    const rows = fc.tuple(settings, bodies).map(([first, rest]) => [...first, ...rest]);
    let first: string | null = null;
    const property = fc.asyncProperty(rows, async (row) => (first ??= await this.difference(row)) === null);
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
    throw new Error(`${(await this.difference(row)) ?? `not always: ${String(first)}`}\nafter\n${lines}`);
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

/** Whatever the row before has left. */
const BEGIN: readonly Command[] = [['RESET'], ['FLUSHALL'], ...DEFAULTS];

/** The command, and a look at how what it has changed is kept. */
function withEncoding(argv: Command): Command[] {
  const [name, key] = argv;
  if (key === undefined || NAMELESS.has(name!)) return [argv];
  return [argv, ['OBJECT', 'ENCODING', key]];
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

async function restored(connection: RawConnection, payload: string): Promise<string> {
  const reply = await connection.call('RESTORE', 'restored', '0', payload, 'REPLACE');
  return reply + (await connection.call('DEBUG', 'DIGEST-VALUE', 'restored'));
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
