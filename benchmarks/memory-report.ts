import type { Origin } from './figures.js';
import { GROWTH_ROWS } from './growth-rows.js';
import { MEMORY_ROWS } from './memory-rows.js';

/** Every value measured, round by round: resident bytes an element, or longest wait in ms. */
export type MemoryFigures = Record<
  string,
  {
    readonly redis: readonly number[];
    readonly mredis: readonly number[];
    /** Longest turns of the event loop of mredis in ms, where something grows. */
    readonly turns?: readonly number[];
    readonly origin: Origin;
  }
>;

/** docs/benchmarks-memory.md. What was not measured is left out. */
export function renderMemoryReport(figures: MemoryFigures, quick: boolean): string {
  const origins = Object.values(figures).map(({ origin }) => origin);
  const distinct = (valueOf: (origin: Origin) => string): string =>
    [...new Set(origins.map(valueOf))].join('; ');
  const dates = origins.map(({ date }) => date).sort();
  return [
    '# Memory',
    '',
    'Written by `npm run bench:memory`; do not edit.',
    '',
    ...(quick ? ['**A quick run, a tenth of the sizes below: for trying out only.**', ''] : []),
    `- Machine: ${distinct(({ machine }) => machine)}`,
    `- Versions: ${distinct(({ versions }) => versions)}; commit ${distinct(({ commit }) => commit)}`,
    `- Measured: ${dates[0] ?? '-'} to ${dates.at(-1) ?? '-'} UTC`,
    '',
    '## Resident memory',
    '',
    'What the same data adds to the resident memory of the process, as the kernel counts it, divided by the number of',
    'keys or elements. Every row has fresh servers, through which a thousand keys or elements have come and gone twenty',
    'times, so that neither code nor buffers count. What the heap of V8 takes and gives back meanwhile is in it, in either',
    'direction: up to 4 MB, which are 40 bytes each where there are 100,000. Where there are several rounds, this is their',
    'mean.',
    '',
    '| what | redis, bytes each | mredis, bytes each | mredis / redis | at most |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...MEMORY_ROWS.flatMap(({ id, title, wanted }) => line(figures, id, title, wanted)),
    '',
    '## Longest wait',
    '',
    'How long at most another client waits for the reply to a PING, at 200 a second, while one client writes as fast as it',
    'can. Generator, watcher and server share two cores, and what else happens on the machine is in it: the least over the',
    'rounds says most about a server. The last column is what mredis itself can do about it: for how long at most one turn',
    'of its event loop went on, in other runs without a watcher.',
    '',
    '| what | redis waits, ms: least, all | mredis waits, ms: least, all | longest turn of mredis, ms: least, all | at most |',
    '| --- | --- | --- | --- | ---: |',
    ...GROWTH_ROWS.flatMap(({ id, title, wantedMs }) => waitLine(figures, id, title, wantedMs)),
    '',
  ].join('\n');
}

function line(figures: MemoryFigures, id: string, title: string, wanted: number): string[] {
  const figure = figures[id];
  if (figure === undefined) return [];
  const [redis, mredis] = [mean(figure.redis), mean(figure.mredis)];
  const ratio = mredis / redis;
  const mark = ratio <= wanted ? '' : ' (!)';
  return [
    `| ${title} | ${redis.toFixed(1)} | ${mredis.toFixed(1)} | **${ratio.toFixed(2)}**${mark} | ${wanted} |`,
  ];
}

function waitLine(figures: MemoryFigures, id: string, title: string, wantedMs: number): string[] {
  const figure = figures[id];
  if (figure === undefined) return [];
  const text = (values: readonly number[]): string =>
    `**${Math.min(...values).toFixed(1)}**: ${values.map((value) => value.toFixed(1)).join(', ')}`;
  const { redis, mredis, turns = [] } = figure;
  const mark = turns.length > 0 && Math.min(...turns) <= wantedMs ? '' : ' (!)';
  return [`| ${title} | ${text(redis)} | ${text(mredis)} | ${text(turns)}${mark} | ${wantedMs} |`];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
