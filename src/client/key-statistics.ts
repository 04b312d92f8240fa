import { isErrorReply } from '../protocol/reply.js';
import type { CliOptions } from './cli-options.js';
import { quoteBytes } from './command-line.js';
import { accepted, scanKeys } from './keyspace-scan.js';
import { replyNumber, replyText } from './reply-reading.js';
import type { Session } from './session.js';
import { writeOut } from './standard-streams.js';

/** What the size of a key of a type is counted in, and by which command. */
const MEASURES: Readonly<Record<string, { readonly command: string; readonly unit: string }>> = {
  list: { command: 'LLEN', unit: 'items' },
  hash: { command: 'HLEN', unit: 'fields' },
  string: { command: 'STRLEN', unit: 'bytes' },
  stream: { command: 'XLEN', unit: 'entries' },
  set: { command: 'SCARD', unit: 'members' },
  zset: { command: 'ZCARD', unit: 'members' },
};

interface TypeStatistics {
  readonly name: string;
  readonly unit: string;
  keys: number;
  total: number;
  biggest: number;
  biggestKey: Buffer | undefined;
}

/** --bigkeys and --memkeys: walks the keyspace and tells the biggest key of every type. */
export async function runKeyStatistics(session: Session, options: CliOptions): Promise<number> {
  const memory = options.mode === 'memkeys';
  await writeOut(scanIntroduction('biggest keys'));
  const database = replyNumber(await accepted(session, ['DBSIZE']));
  const types = new Map(
    Object.keys(MEASURES).map((name) => [name, noStatistics(name, memory)] as [string, TypeStatistics]),
  );
  let sampled = 0;
  let keyBytes = 0;
  for await (const keys of scanKeys(session, scanSettings(options))) {
    const names = await Promise.all(keys.map((key) => session.call(['TYPE', key])));
    const sizes = await Promise.all(
      keys.map((key, i) => session.call(sizeRequest(key, replyText(names[i]), memory, options))),
    );
    const progress = Math.min(100, (sampled / Math.max(database, 1)) * 100);
    for (const [i, key] of keys.entries()) {
      const name = replyText(names[i]);
      const size = sizes[i];
      sampled++;
      keyBytes += key.length;
      // A key that is gone meanwhile, or of a type without a size, counts as a key only.
      if (name === 'none' || size === undefined || isErrorReply(size)) continue;
      const found = count(types, name, memory, key, replyNumber(size));
      if (found !== '') await writeOut(`[${progress.toFixed(2).padStart(5, '0')}%] ${found}`);
    }
  }
  await writeOut(summary([...types.values()], sampled, keyBytes));
  return 0;
}

function sizeRequest(key: Buffer, type: string, memory: boolean, options: CliOptions): (string | Buffer)[] {
  if (!memory) return [MEASURES[type]?.command ?? 'EXISTS', key];
  const samples = options.memorySamples;
  return ['MEMORY', 'USAGE', key, ...(samples === undefined ? [] : ['SAMPLES', String(samples)])];
}

function noStatistics(name: string, memory: boolean): TypeStatistics {
  const unit = memory ? 'bytes' : (MEASURES[name]?.unit ?? '?');
  return { name, unit, keys: 0, total: 0, biggest: 0, biggestKey: undefined };
}

/** Counts a key; the line to print when it is the biggest of its type so far. */
function count(
  types: Map<string, TypeStatistics>,
  name: string,
  memory: boolean,
  key: Buffer,
  size: number,
): string {
  const type = types.get(name) ?? noStatistics(name, memory);
  types.set(name, type);
  type.keys++;
  type.total += size;
  if (size <= type.biggest) return '';
  type.biggest = size;
  type.biggestKey = key;
  return `Biggest ${name.padEnd(6)} found so far '${quoteBytes(key)}' with ${size} ${type.unit}\n`;
}

function summary(types: readonly TypeStatistics[], sampled: number, keyBytes: number): string {
  const share = (keys: number): string => ((keys / Math.max(sampled, 1)) * 100).toFixed(2).padStart(5, '0');
  const average = (keyBytes / Math.max(sampled, 1)).toFixed(2);
  const biggest = types.flatMap(({ name, biggestKey, biggest: size, unit }) =>
    biggestKey === undefined
      ? []
      : [`Biggest ${name.padStart(6)} found '${quoteBytes(biggestKey)}' has ${size} ${unit}\n`],
  );
  const totals = types.map(({ name, keys, total, unit }) => {
    const mean = (total / Math.max(keys, 1)).toFixed(2);
    return `${keys} ${name}s with ${total} ${unit} (${share(keys)}% of keys, avg size ${mean})\n`;
  });
  return [
    '\n-------- summary -------\n\n',
    `Sampled ${sampled} keys in the keyspace!\n`,
    `Total key length in bytes is ${keyBytes} (avg len ${average})\n\n`,
    ...biggest,
    '\n',
    ...totals,
  ].join('');
}

interface HotKey {
  readonly key: Buffer;
  readonly frequency: number;
}

/** How many hot keys are kept. */
const HOT_KEYS_MAX = 16;

/** --hotkeys: the keys with the highest access counter, which the server keeps under an LFU policy only. */
export async function runHotKeys(session: Session, options: CliOptions): Promise<number> {
  await writeOut(scanIntroduction('hot keys'));
  const database = replyNumber(await accepted(session, ['DBSIZE']));
  let hottest: HotKey[] = [];
  let sampled = 0;
  for await (const keys of scanKeys(session, scanSettings(options))) {
    const progress = Math.min(100, (sampled / Math.max(database, 1)) * 100);
    for (const key of keys) {
      const frequency = replyNumber(await accepted(session, ['OBJECT', 'FREQ', key]));
      sampled++;
      const last = hottest.at(-1);
      if (!(frequency > 0) || (hottest.length === HOT_KEYS_MAX && frequency <= (last?.frequency ?? 0)))
        continue;
      hottest = [...hottest, { key, frequency }]
        .sort((a, b) => b.frequency - a.frequency)
        .slice(0, HOT_KEYS_MAX);
      const percent = progress.toFixed(2).padStart(5, '0');
      await writeOut(`[${percent}%] Hot key '${quoteBytes(key)}' found so far with counter ${frequency}\n`);
    }
  }
  const found = hottest.map(
    ({ key, frequency }) => `hot key found with counter: ${frequency}\tkeyname: ${quoteBytes(key)}\n`,
  );
  await writeOut(`\n-------- summary -------\n\nSampled ${sampled} keys in the keyspace!\n${found.join('')}`);
  return 0;
}

function scanIntroduction(what: string): string {
  return [
    `\n# Scanning the entire keyspace to find ${what} as well as\n`,
    '# average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec\n',
    '# per 100 SCAN commands (not usually needed).\n\n',
  ].join('');
}

function scanSettings({ pattern, scanCount, intervalMs }: CliOptions): Parameters<typeof scanKeys>[1] {
  return { pattern, count: scanCount, pauseMs: intervalMs, pauseEvery: 100 };
}
