import { Args } from '@oclif/core';
import { type AofSet, findAofSet } from '../../persistence/toolkit/aof-set.js';
import { DigestVisitor, type KeyDigest } from '../../persistence/toolkit/digest-visitor.js';
import { type JsonArgument, jsonOfLatin1, shownArgument } from '../../persistence/toolkit/json-argument.js';
import { AofCommand, exitCodeHelp, ExitCode } from '../../toolkit/aof-command.js';
import { OfflineState } from '../../toolkit/offline-state.js';

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

  async run(): Promise<DiffResult> {
    const { args } = await this.parse(AofDiff);
    const [setA, setB] = [findAofSet(args.a), findAofSet(args.b)];
    const before = await this.digests(setA);
    const keysA = before.size;
    const differences: KeyDifference[] = [];
    const tell = (difference: KeyDifference): void => {
      if (this.jsonEnabled()) differences.push(difference);
      else this.log(line(difference));
    };
    let changes = 0;
    let keysB = 0;
    await this.eachKey(setB, (db, key, digest) => {
      keysB++;
      const name = `${db}:${key}`;
      const change = compare(before.get(name), digest);
      before.delete(name);
      if (change === null) return;
      changes++;
      tell({ change, db, key: jsonOfLatin1(key), type: digest.type });
    });
    for (const [name, { type }] of before) {
      changes++;
      const colon = name.indexOf(':');
      const key = jsonOfLatin1(name.slice(colon + 1));
      tell({ change: 'removed', db: Number(name.slice(0, colon)), key, type });
    }
    if (changes > 0) process.exitCode = ExitCode.REPAIRABLE;
    this.log(
      `${keysA} keys in ${args.a}, ${keysB} in ${args.b}, ${changes === 0 ? 'no difference' : `${changes} differ`}`,
    );
    return { equal: changes === 0, keysA, keysB, differences };
  }

  private async digests(set: AofSet): Promise<Map<string, KeyDigest>> {
    const map = new Map<string, KeyDigest>();
    await this.eachKey(set, (db, key, digest) => map.set(`${db}:${key}`, digest));
    return map;
  }

  private async eachKey(
    set: AofSet,
    tell: (db: number, key: string, digest: KeyDigest) => void,
  ): Promise<void> {
    const state = await OfflineState.load(set, this.progressOf(set));
    const progress = this.progress(state.keys, 'comparing');
    await state.tell(new DigestVisitor(tell), (done) => progress(done, ''));
  }
}

function compare(a: KeyDigest | undefined, b: KeyDigest): KeyDifference['change'] | null {
  if (a === undefined) return 'added';
  if (a.type !== b.type) return 'type';
  if (a.digest !== b.digest) return 'value';
  return a.expireAtMs === b.expireAtMs ? null : 'expiry';
}

function line({ change, db, key, type }: KeyDifference): string {
  const what = change === 'added' || change === 'removed' ? '' : ` (${change})`;
  return `${SIGNS[change]} db${db} ${type} ${shownArgument(key)}${what}`;
}
