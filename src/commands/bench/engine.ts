import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Command, Flags } from '@oclif/core';
import { Bytes } from '../../bytes/bytes.js';
import { engineText, parseKeyCount } from '../../client/bench/engine-report.js';
import {
  emptyEngine,
  ENGINE_PHASES,
  mapEngine,
  measureEngine,
  type EngineFigures,
  type EnginePhase,
  type EngineUnderTest,
} from '../../client/bench/engine-run.js';
import { fractionFlag, wholeFlag } from '../../client/bench/load-flags.js';
import { Keyspace } from '../../storage/keyspace.js';

const ENGINES = { mredis: keyspaceEngine, map: mapEngine, none: emptyEngine } as const;

const OPERATIONS_MIN = 400_000;

export default class BenchEngine extends Command {
  static override summary = 'measure the storage engine in process, without a network';
  static override description =
    "Keys of 16 bytes come from a buffer and values leave in one, as in the server, so that nothing is left out for want of a reader. Each round takes a fresh engine: fill, overwrite, read, then half reads and half writes, all but the first on random keys. 'map' is one Map of strings, 'none' stores nothing and shows what the measuring costs.";
  static override examples = [
    '<%= config.bin %> bench engine',
    '<%= config.bin %> bench engine --sizes 160k --engines mredis,map,none --json',
  ];
  static override flags = {
    sizes: Flags.string({ default: '10k,160k,1M', description: 'numbers of keys' }),
    engines: Flags.string({ default: 'mredis,map', description: `of ${Object.keys(ENGINES).join(', ')}` }),
    'data-size': wholeFlag(1, 1_000_000)({ char: 'd', default: 32, description: 'value size in bytes' }),
    rounds: wholeFlag(2, 1000)({ default: 5, description: 'fresh engines for each figure' }),
    confidence: fractionFlag({ default: 0.99, description: 'of the intervals' }),
    phases: Flags.string({ default: 'overwrite,read,mixed', description: 'what is measured after the fill' }),
    operations: Flags.string({
      description: 'operations of each of these [default: as many as keys, 400k at least]',
    }),
    shards: wholeFlag(1, 1024)({ default: 16, description: 'shards of the engine, a power of two' }),
    seed: wholeFlag(0, 2_147_483_647)({ default: 1, description: 'seed of the random keys' }),
    json: Flags.boolean({ description: 'all figures as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(BenchEngine);
    const figures: EngineFigures[] = [];
    try {
      const sizes = flags.sizes.split(',').map(parseKeyCount);
      const engines = flags.engines.split(',').map(engineName);
      if (sizes.length * engines.length === 1) figures.push(await measure(engines[0]!, sizes[0]!, flags));
      for (const keys of sizes) {
        for (const name of engines) {
          if (sizes.length * engines.length > 1) figures.push(await measureApart(name, keys, flags));
          if (!flags.json) this.log(engineText(figures.at(-1)!));
        }
      }
    } catch (error) {
      this.error(error instanceof Error ? error.message : String(error), { exit: 1 });
    }
    if (flags.json) this.log(JSON.stringify(figures, undefined, 2));
  }
}

type EngineName = keyof typeof ENGINES;

interface EngineFlags {
  readonly phases: string;
  readonly operations?: string | undefined;
  readonly 'data-size': number;
  readonly rounds: number;
  readonly confidence: number;
  readonly shards: number;
  readonly seed: number;
}

async function measure(name: EngineName, keys: number, flags: EngineFlags): Promise<EngineFigures> {
  const { 'data-size': valueBytes, rounds, confidence, seed, shards } = flags;
  const operations =
    flags.operations === undefined ? Math.max(OPERATIONS_MIN, keys) : parseKeyCount(flags.operations);
  const phases = flags.phases.split(',').map(phaseName);
  const options = { keys, valueBytes, rounds, confidence, seed, operations, phases };
  return measureEngine(name, () => ENGINES[name](shards), options);
}

/** In a process of its own, so that neither compiled code nor the heap of one engine weighs on the next. */
async function measureApart(name: EngineName, keys: number, flags: EngineFlags): Promise<EngineFigures> {
  const numbers = (['data-size', 'rounds', 'confidence', 'shards', 'seed'] as const).flatMap((flag) => [
    `--${flag}`,
    String(flags[flag]),
  ]);
  const operations = flags.operations === undefined ? [] : ['--operations', flags.operations];
  const which = ['--engines', name, '--sizes', String(keys), '--phases', flags.phases, ...operations];
  const args = ['bench', 'engine', ...which, ...numbers, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    process.argv[1]!,
    ...args,
  ]);
  // Our own output, one element for the one measurement asked for.
  return (JSON.parse(stdout) as EngineFigures[])[0]!;
}

function phaseName(text: string): EnginePhase {
  const found = ENGINE_PHASES.find((phase) => phase === text.trim());
  if (found !== undefined) return found;
  throw new Error(`no phase is called '${text}'; there are: ${ENGINE_PHASES.join(', ')}`);
}

function engineName(text: string): EngineName {
  const name = text.trim();
  if (name === 'mredis' || name === 'map' || name === 'none') return name;
  throw new Error(`no engine is called '${name}'; there are: ${Object.keys(ENGINES).join(', ')}`);
}

/** Our keyspace, called as SET and GET call it. */
function keyspaceEngine(shardCount: number): EngineUnderTest {
  if ((shardCount & (shardCount - 1)) !== 0) throw new Error(`--shards ${shardCount} is not a power of two`);
  const keyspace = new Keyspace({ shardCount, databaseCount: 1, keysPerShardMax: 0, random: Math.random });
  const database = keyspace.databases[0]!;
  const keyBytes = new Bytes(new Uint8Array(0));
  const valueBytes = new Bytes(new Uint8Array(0));
  const nowMs = Date.now();
  keyspace.tick(nowMs);
  return {
    write: (key, value) => {
      keyBytes.set(key, 0, key.length);
      database.setString(
        database.lookupWrite(keyBytes, nowMs),
        keyBytes,
        valueBytes.set(value, 0, value.length),
        false,
      );
    },
    read: (key, output) => {
      const ref = database.lookupRead(keyBytes.set(key, 0, key.length), nowMs);
      if (ref === 0) return 0;
      const { buffer, offset, length } = database.value(ref, valueBytes);
      for (let i = 0; i < length; i++) output[i] = buffer[offset + i]!;
      return length;
    },
  };
}
