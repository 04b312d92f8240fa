// `npm run bench`: measures everything that docs/benchmarks.md shows, or the parts that are asked for, and writes it.
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readFigures, writeFigures, type Figures, type Pair } from './figures.js';
import { measureBigReads, measurePublishing, measureWakeUps } from './client-measurements.js';
import { measureLoading, measureRewrite } from './disk-measurements.js';
import { origin } from './origin.js';
import { renderReport } from './report.js';
import { ROWS, type Row } from './rows.js';
import { compareFresh, compareLive } from './row-measurements.js';
import { ROOT } from './servers.js';
import {
  measureColdStart,
  measureEngines,
  measureGenerator,
  measureGrowthStall,
  measureIdleConnections,
  measureMemory,
} from './side-measurements.js';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const { quick } = options;
/** A quick run does not touch the document. */
const out = options.out ?? (quick ? join(tmpdir(), 'mredis-benchmarks') : `${ROOT}docs`);

/** One part that can be measured alone. In full all of them take about half an hour. */
interface Part {
  readonly id: string;
  readonly measure: (figures: Figures) => Promise<void>;
}

const rowPart = (row: Row): Part => ({
  id: row.id,
  measure: async (figures) => {
    const here = origin();
    const metrics = await (row.freshRequests === undefined
      ? compareLive(row, quick)
      : compareFresh(row, quick));
    figures.rows[row.id] = { metrics, origin: here };
  },
});

const sidePart = (id: string, measure: () => Promise<Record<string, Pair>>): Part => ({
  id,
  measure: async (figures) => {
    const here = origin();
    for (const [name, pair] of Object.entries(await measure())) figures.sides[name] = { pair, origin: here };
  },
});

const enginePart = (id: string, flags: readonly string[]): Part => ({
  id,
  measure: async (figures) => {
    const here = origin();
    figures.engines[id] = { figures: await measureEngines(flags), origin: here };
  },
});

const generatorPart = (pipeline: number): Part => ({
  id: `generator-p${pipeline}`,
  measure: async (figures) => {
    const here = origin();
    const requests = (quick ? 50_000 : 200_000) * (pipeline > 1 ? 5 : 1);
    const measured = await measureGenerator(quick ? 3 : 5, pipeline, requests);
    figures.generator[`generator-p${pipeline}`] = { ...measured, origin: here };
  },
});

const PARTS: readonly Part[] = [
  ...ROWS.map(rowPart),
  sidePart('memory', () => measureMemory(3, quick ? 100_000 : 1_000_000)),
  sidePart('idle-connections', () => measureIdleConnections(3, quick ? 1_000 : 10_000)),
  sidePart('cold-start', () => measureColdStart(quick ? 3 : 10)),
  sidePart('growth-stall', () => measureGrowthStall(3, quick ? 300_000 : 10_000_000)),
  sidePart('loading', () => measureLoading(3, quick ? 200_000 : 5_000_000)),
  sidePart('rewrite', () => measureRewrite(quick ? 1 : 3, quick ? 100_000 : 1_000_000)),
  sidePart('big-reads', () => measureBigReads(3, quick ? 1 : 3)),
  sidePart('publishing', () => measurePublishing(3, quick ? 2_000 : 20_000)),
  sidePart('wake-up', () => measureWakeUps(3, quick ? 300 : 3_000)),
  enginePart('engine-160k', ['--sizes', quick ? '16k' : '160k', '--engines', 'mredis,map', '--rounds', '5']),
  enginePart('engine-growth', [
    ...['--sizes', quick ? '300k' : '10M', '--operations', quick ? '200k' : '6M'],
    ...['--engines', 'mredis', '--phases', 'overwrite', '--rounds', '3'],
  ]),
  generatorPart(1),
  generatorPart(16),
];

async function main(): Promise<void> {
  const wanted = new RegExp(options.only);
  const parts = PARTS.filter(({ id }) => wanted.test(id));
  if (options.list) return console.log(parts.map(({ id }) => id).join('\n'));
  if (parts.length === 0) throw new Error(`no part matches '${options.only}'; --list shows them`);
  await mkdir(out, { recursive: true });
  const file = `${out}/benchmarks.json`;
  const figures = await readFigures(file);
  const began = performance.now();
  for (const { id, measure } of options.render ? [] : parts) {
    const partBegan = performance.now();
    await measure(figures);
    console.log(`${id}: ${((performance.now() - partBegan) / 1000).toFixed(1)} s`);
    await writeFigures(file, figures);
  }
  const { markdown, svg } = renderReport(figures, quick);
  await writeFile(`${out}/benchmarks.md`, markdown);
  await writeFile(`${out}/benchmarks.svg`, svg);
  console.log(`wrote ${out}/benchmarks.md in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

await main();
