import type { ComparedMetric } from '../src/client/bench/comparison.js';
import type { EngineFigures } from '../src/client/bench/engine-run.js';
import { count, ms } from '../src/client/bench/report-text.js';
import type { Figure, Figures, Origin, Pair } from './figures.js';
import { ROWS, type Row } from './rows.js';
import { ratioChart } from './svg-chart.js';

/** A line of the tables that compare one figure of both servers. */
const SIDES: readonly {
  readonly id: string;
  readonly title: string;
  readonly target: string;
  readonly text: (value: number) => string;
}[] = [
  {
    id: 'overhead',
    title: 'bytes a pair beyond 16 B + 32 B, 1M pairs (used_memory)',
    target: 'at most 40',
    text: tenths,
  },
  {
    id: 'resident',
    title: 'resident bytes a pair, 1M pairs',
    target: "at most 0.6 of redis's",
    text: tenths,
  },
  { id: 'idle', title: 'resident bytes a connection, 10,000 idle ones', target: 'held', text: count },
  {
    id: 'stall',
    title: 'longest wait of another client while growing to 10M pairs, ms',
    target: 'beside it',
    text: tenths,
  },
  { id: 'start', title: 'cold start to PONG, ms', target: 'at most 300', text: count },
  {
    id: 'load-aof',
    title: 'start to PONG with an AOF of 5M SETs, ms',
    target: "at most redis's",
    text: count,
  },
  {
    id: 'load-rdb',
    title: 'start to PONG with an RDB of 5M keys, ms',
    target: "at most 1.43 of redis's",
    text: count,
  },
  {
    id: 'rewrite-time',
    title: 'BGREWRITEAOF of 1M keys, 20,000 requests a second meanwhile, ms',
    target: "at most 2.0 of redis's",
    text: count,
  },
  {
    id: 'rewrite-p99',
    title: 'p99 of the clients during it, ms',
    target: "at most 2.0 of redis's",
    text: ms,
  },
  {
    id: 'smembers',
    title: 'p99 of 50 clients with GET while another has SMEMBERS of 100k, ms',
    target: "at most 1.5 of redis's",
    text: ms,
  },
  { id: 'hgetall', title: 'the same with HGETALL of 100k', target: "at most 1.5 of redis's", text: ms },
  { id: 'zrange', title: 'the same with ZRANGE of 100k', target: "at most 1.5 of redis's", text: ms },
  {
    id: 'delivered',
    title: 'messages a second from one publisher to 100 subscribers',
    target: "at least redis's",
    text: count,
  },
  {
    id: 'wake-up',
    title: 'p99 of the wake-up of a client in BLPOP, 50 others with GET, ms',
    target: "at most 1.2 of redis's",
    text: ms,
  },

  {
    id: 'wake-up-rate',
    title: 'the same at 60,000 GET a second',
    target: "at most 1.2 of redis's",
    text: ms,
  },
];

export interface Report {
  readonly markdown: string;
  readonly svg: string;
}

/** docs/benchmarks.md and its chart. What was not measured is left out. */
export function renderReport(figures: Figures, quick: boolean): Report {
  const rows = ROWS.filter((row) => figures.rows[row.id] !== undefined);
  const bars = rows.flatMap((row) => {
    const interval = throughput(figures, row)?.interval;
    return interval === undefined ? [] : [{ title: row.title, interval, target: row.target }];
  });
  const markdown = [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; do not edit. How to measure, and what the columns mean: [bench.md](bench.md).',
    '',
    ...(quick
      ? ['**A quick run: its sizes are smaller than the tables say. For trying out only.**', '']
      : []),
    ...originLines(figures),
    ...rowTables(figures, rows),
    ...sideTable(figures),
    ...engineTables(figures),
    ...generatorTable(figures),
  ];
  return { markdown: markdown.join('\n'), svg: ratioChart(bars) };
}

function originLines(figures: Figures): string[] {
  const { rows, sides, engines, generator } = figures;
  const origins = [
    ...Object.values(rows),
    ...Object.values(sides),
    ...Object.values(engines),
    ...Object.values(generator),
  ].map((part) => part.origin);
  const distinct = (valueOf: (origin: Origin) => string): string =>
    [...new Set(origins.map(valueOf))].join('; ');
  const dates = origins.map(({ date }) => date).sort();
  return [
    `- Machine: ${distinct(({ machine }) => machine)}`,
    `- Versions: ${distinct(({ versions }) => versions)}; commit ${distinct(({ commit }) => commit)}`,
    `- Measured: ${dates[0] ?? '-'} to ${dates.at(-1) ?? '-'} UTC; load average before each part: ${distinct(({ load }) => load)}`,
    '- Server and generator share the machine. Both servers run without persistence unless a row says otherwise, with their own defaults otherwise.',
    '- Every interval is a 95 % one. The two servers are measured in turn, mostly redis mredis mredis redis, so that what else happens on the machine weighs on both alike: trust the proportions more than the absolute figures.',
    '',
  ];
}

function throughput(figures: Figures, row: Row): ComparedMetric | undefined {
  return figures.rows[row.id]?.metrics.find((metric) => metric.name === 'requests/s');
}

function rowTables(figures: Figures, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const lines = [
    '## Throughput',
    '',
    '50 connections unless said otherwise.',
    '',
    '![proportions](benchmarks.svg)',
    '',
  ];
  for (const group of new Set(rows.map((row) => row.group))) {
    lines.push(
      `### ${group}`,
      '',
      rowHeader(group),
      '| --- | ---: | ---: | --- | ---: | --- | --- |',
      ...rows.filter((row) => row.group === group).map((row) => rowLine(figures, row)),
      '',
    );
  }
  return lines;
}

/** Where mredis is compared with itself, the first column is not redis. */
function rowHeader(group: string): string {
  const [a, b] = group.includes('mredis without') ? ['without', 'with'] : ['redis', 'mredis'];
  return `| what | ${a} req/s | ${b} req/s | ${b} / ${a} | target | p99 ms, ${a} -> ${b} | server CPU us a request, ${a} -> ${b} |`;
}

function rowLine(figures: Figures, row: Row): string {
  const metrics = figures.rows[row.id]?.metrics ?? [];
  const named = (name: string): ComparedMetric | undefined => metrics.find((metric) => metric.name === name);
  const rate = named('requests/s');
  if (rate === undefined) return `| ${row.title} | - | - | - | ${row.target} | - | - |`;
  const { ratio, low, high } = rate.interval;
  const mark = ratio >= row.target ? '' : high >= row.target ? ' (~)' : ' (!)';
  return [
    '',
    row.title,
    count(rate.a),
    count(rate.b),
    `**${ratio.toFixed(2)}** (${low.toFixed(2)} to ${high.toFixed(2)})${mark}`,
    String(row.target),
    changeText(named('p99 ms')),
    changeText(named('server us/request')),
    '',
  ]
    .join(' | ')
    .trim();
}

function changeText(metric: ComparedMetric | undefined): string {
  if (metric === undefined) return '-';
  const { ratio, low, high } = metric.interval;
  return `${ms(metric.a)} -> ${ms(metric.b)}: ${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function sideTable(figures: Figures): string[] {
  const known = SIDES.filter(({ id }) => figures.sides[id] !== undefined);
  if (known.length === 0) return [];
  const lines = known.flatMap(({ id, title, target, text }) => {
    const pair = figures.sides[id]?.pair;
    if (pair === undefined) return [];
    return [
      `| ${title} | ${figureText(pair.redis, text)} | ${figureText(pair.mredis, text)} | ${pairRatio(pair)} | ${target} |`,
    ];
  });
  return [
    '## Memory, pauses, start, files',
    '',
    'Each value is the mean over fresh servers and its interval.',
    '',
    '| what | redis | mredis | mredis / redis | target |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ];
}

function figureText({ mean, halfWidth }: Figure, text: (value: number) => string): string {
  return `${text(mean)} ± ${Number.isFinite(halfWidth) ? text(halfWidth) : 'unknown'}`;
}

/** Bounds from the ends of both intervals: wider than need be, never too narrow. */
function pairRatio({ redis, mredis }: Pair): string {
  const low = Math.max(0, mredis.mean - mredis.halfWidth) / (redis.mean + redis.halfWidth);
  const floor = redis.mean - redis.halfWidth;
  const high = floor > 0 ? ((mredis.mean + mredis.halfWidth) / floor).toFixed(2) : 'unknown';
  return `**${(mredis.mean / redis.mean).toFixed(2)}** (${low.toFixed(2)} to ${high})`;
}

function engineTables(figures: Figures): string[] {
  const all = Object.values(figures.engines).flatMap((part) => part.figures);
  if (all.length === 0) return [];
  return [
    '## In process, without a network',
    '',
    'On one core, results consumed; `map` is one JavaScript Map of strings. (The first seed of this project gave for 160,000 keys on an Apple M3: writes 3M, reads 13M, mixed 5M a second.) Stalls hold whatever else the machine did at that moment: the smaller figure is the least over the rounds.',
    '',
    '| engine, keys | phase | millions a second | longest stall ms, least of rounds | garbage collection ms | bytes a key beyond key and value |',
    '| --- | --- | --- | --- | ---: | ---: |',
    ...all.flatMap(engineLines),
    '',
  ];
}

function engineLines({ engine, keys, phases, overheadBytesPerKey }: EngineFigures): string[] {
  const million = (value: number): string => (value / 1e6).toFixed(2);
  return phases.map((phase) => {
    const interval = `${million(phase.low)} to ${million(phase.high)}`;
    const stall = `${ms(phase.stallMs)}, ${ms(phase.stallMsMin)}`;
    return `| ${engine}, ${count(keys)} | ${phase.phase} | **${million(phase.perSecond)}** (${interval}) | ${stall} | ${tenths(phase.gcMs)} | ${tenths(overheadBytesPerKey)} |`;
  });
}

function generatorTable(figures: Figures): string[] {
  const entries = Object.entries(figures.generator);
  if (entries.length === 0) return [];
  return [
    '## The generator itself',
    '',
    '`mredis bench` (one thread) and redis-benchmark in turn on one redis-server: SET, 50 connections, 100,000 keys. Above 1 our generator gets more out of the same server.',
    '',
    '| pipeline | mredis bench / redis-benchmark | CPU us a request of mredis bench |',
    '| --- | --- | --- |',
    ...entries.map(([id, { ratio, low, high, cpuUsPerRequest }]) => {
      const cpu = figureText(cpuUsPerRequest, (value) => value.toFixed(2));
      return `| ${id.replace('generator-p', '')} | **${ratio.toFixed(2)}** (${low.toFixed(2)} to ${high.toFixed(2)}) | ${cpu} |`;
    }),
    '',
  ];
}

function tenths(value: number): string {
  return value.toFixed(1);
}
