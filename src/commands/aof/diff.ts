import { Args } from '@oclif/core';
import { Bytes } from '../../bytes/bytes.js';
import { findAofSet } from '../../persistence/toolkit/aof-set.js';
import { count } from '../../persistence/toolkit/check-report.js';
import { DigestVisitor } from '../../persistence/toolkit/digest-visitor.js';
import {
  type JsonArgument,
  jsonArgument,
  jsonOfLatin1,
  shownArgument,
} from '../../persistence/toolkit/json-argument.js';
import { DIGEST_BYTES_PER_KEY, type KeyDigest, KeyDigests } from '../../persistence/toolkit/key-digests.js';
import { AofCommand, exitCodeHelp, ExitCode } from '../../toolkit/aof-command.js';
import { memoryFlag, type StatePart, StateParts } from '../../toolkit/state-parts.js';

interface KeyDifference {
  change: 'added' | 'removed' | 'value' | 'type' | 'expiry';
  db: number;
  key: JsonArgument;
  type: string;
}

interface DiffResult {
  equal: boolean;
  keysA: number;
  keysB: number;
  differences: KeyDifference[];
}

const SIGNS = { added: '+', removed: '-', value: '~', type: '~', expiry: '~' } as const;

export default class AofDiff extends AofCommand {
  static override summary = 'which keys differ between two AOFs or RDB files';
  static override description =
    'Compares the data that both amount to, whatever way it is written in.' +
    exitCodeHelp({ 0: 'equal', 1: 'different', 2: 'one of them is damaged: nothing was compared' });
  static override examples = [
    '<%= config.bin %> aof diff backup/dump.rdb data',
    '<%= config.bin %> aof diff before after --json',
  ];
  static override args = {
    a: Args.string({ required: true, description: 'an AOF, an RDB file, a manifest or a directory' }),
    b: Args.string({ required: true, description: 'another' }),
  };
  static override flags = { memory: memoryFlag };

  async run(): Promise<DiffResult> {
    const { args, flags } = await this.parse(AofDiff);
    const sets = [findAofSet(args.a), findAofSet(args.b)];
    const found: KeyDifference[] = [];
    const comparison = new Comparison((difference) => {
      if (this.jsonEnabled()) found.push(difference);
      else this.log(line(difference));
    });
    const options = { memoryMegabytes: flags.memory, bytesPerKey: DIGEST_BYTES_PER_KEY };
    const parts = new StateParts(sets, options, this.partsProgress('comparing'));
    await parts.each((part, set) => (set === 0 ? comparison.take(part) : comparison.compare(part)));
    const { changes, keysA, keysB } = comparison;
    if (changes > 0) process.exitCode = ExitCode.REPAIRABLE;
    this.say(
      `${count(keysA, 'key')} in ${args.a}, ${keysB.toLocaleString('en')} in ${args.b}, ${changes === 0 ? 'no difference' : `${changes.toLocaleString('en')} differ`}`,
    );
    return { equal: changes === 0, keysA, keysB, differences: found };
  }
}

/** Compares two sets part by part: digests of the first one's keys, then the keys of the second one. */
class Comparison {
  keysA = 0;
  keysB = 0;
  changes = 0;
  private digests = new KeyDigests();

  constructor(private readonly tell: (difference: KeyDifference) => void) {}

  take({ state, progress }: StatePart): Promise<void> {
    this.digests = new KeyDigests();
    return state.tell(new DigestVisitor((db, key, digest) => this.digests.add(db, key, digest)), progress);
  }

  async compare({ state, range, progress }: StatePart): Promise<void> {
    const visitor = new DigestVisitor((db, key, digest) => {
      this.keysB++;
      const before = this.digests.take(db, key);
      if (before !== null) this.keysA++;
      const change = compare(before, digest);
      if (change !== null) this.note({ change, db, key: jsonOfLatin1(key.toString()), type: digest.type });
    });
    await state.tell(visitor, progress);
    this.digests.forEachLeft((db, key, { type }) => {
      // The range may have become smaller since: such a key comes with a later one.
      if (!range.includes(new Bytes(key))) return;
      this.keysA++;
      this.note({ change: 'removed', db, key: jsonArgument(key), type });
    });
  }

  private note(difference: KeyDifference): void {
    this.changes++;
    this.tell(difference);
  }
}

function compare(a: KeyDigest | null, b: KeyDigest): KeyDifference['change'] | null {
  if (a === null) return 'added';
  if (a.type !== b.type) return 'type';
  if (a.high !== b.high || a.low !== b.low) return 'value';
  return a.expireAtMs === b.expireAtMs ? null : 'expiry';
}

function line({ change, db, key, type }: KeyDifference): string {
  const what = change === 'added' || change === 'removed' ? '' : ` (${change})`;
  return `${SIGNS[change]} db${db} ${type} ${shownArgument(key)}${what}`;
}
