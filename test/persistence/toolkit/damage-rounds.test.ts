import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Bytes } from '../../../src/bytes/bytes.js';
import { AofItem } from '../../../src/persistence/aof/aof-format.js';
import { AofReader } from '../../../src/persistence/aof/aof-reader.js';
import { parseChecksum } from '../../../src/persistence/aof/checksum.js';
import { RdbReader } from '../../../src/persistence/rdb/rdb-reader.js';
import { findAofSet } from '../../../src/persistence/toolkit/aof-set.js';
import { checkSet, type FileCheck } from '../../../src/persistence/toolkit/check.js';
import { NULL_VISITOR } from '../../../src/persistence/toolkit/null-visitor.js';
import { salvage } from '../../../src/persistence/toolkit/salvage.js';
import type { LostRange } from '../../../src/persistence/toolkit/salvage-output.js';
import { RequestKeys } from '../../../src/toolkit/request-keys.js';
import { readerOfBytes } from '../aof/aof-bytes.js';
import { record as recordRdb } from '../rdb/rdb-file.js';
import { hasRedis, removeDirectories, temporaryDirectory } from '../redis-process.js';
import { seeded } from '../../storage/seeded-random.js';
import { DAMAGE_KINDS, damage, type Damaged } from './damages.js';
import { damageSources, type Source } from './damage-sources.js';

afterAll(removeDirectories);

/** MREDIS_DAMAGES=1000 for the figures in docs/aof.md. */
const ROUNDS = Number(process.env['MREDIS_DAMAGES'] ?? 40);
const SEED = Number(process.env['MREDIS_DAMAGES_SEED'] ?? 1);

/** A record of a sound file, or the stretch of such that one checksum covers. */
interface Unit {
  start: number;
  end: number;
  records: Buffer[];
}

/** The units of a sound file from `start` on: of one with checksums, its stretches with the lines around them. */
function unitsOf(bytes: Buffer, start: number): Unit[] {
  const reader = new AofReader(readerOfBytes(bytes), bytes.length, start);
  const single: Unit[] = [];
  const stretches: Unit[] = [];
  let stretch: Unit = { start, end: start, records: [] };
  for (
    let item = reader.next();
    item === AofItem.RECORD || item === AofItem.ANNOTATION;
    item = reader.next()
  ) {
    if (item === AofItem.RECORD) {
      const raw = Buffer.from(bytes.subarray(reader.start, reader.end));
      single.push({ start: reader.start, end: reader.end, records: [raw] });
      stretch.records.push(raw);
    } else if (parseChecksum(reader.annotation) !== null) {
      stretches.push({ ...stretch, end: reader.end });
      stretch = { start: reader.start, end: reader.end, records: [] };
    }
  }
  return stretches.length > 0 ? stretches : single;
}

const HASH = 35;
const STAR = 42;
/** More than the records of a block of a disk take. */
const REACH_BYTES = 8192;
/** The end mark of an RDB part, and its checksum. */
const END_MARK_BYTES = 9;
const EDGES = /^\*\d+\r\n\$\d+\r\n(MULTI|EXEC|SELECT)\r\n/i;

function recordsOf(path: string): Buffer[] {
  return unitsOf(readFileSync(path), 0).flatMap(({ records }) => records);
}

interface Verdict {
  valid: boolean;
  okUpTo: number | null;
  output: string;
}

function redisCheck(path: string): Verdict {
  const { status, stdout } = spawnSync('redis-check-aof', [path], { encoding: 'latin1' });
  const okUpTo = /ok_up_to=(\d+)/.exec(stdout);
  return { valid: status === 0, okUpTo: okUpTo === null ? null : Number(okUpTo[1]), output: stdout };
}

/** True when redis-server takes the directory; otherwise what it said. */
function redisLoads(directory: string): Promise<string | true> {
  const args = ['--port', '0', '--unixsocket', join(directory, 's'), '--maxmemory', '1gb', '--save', ''];
  const aof = ['--dir', directory, '--appendonly', 'yes', '--appendfilename', 'appendonly.aof'];
  const child = spawn('redis-server', [...args, ...aof], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/Ready to accept|server is now ready/.test(output)) child.kill('SIGKILL');
    });
    child.on('exit', () => {
      resolve(/Ready to accept|server is now ready/.test(output) ? true : output.slice(-600));
    });
  });
}

const counts = new Map<string, number>();
const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);

/** What is wrong with how one damaged file was dealt with; nothing when all is well. */
class Round {
  readonly wrong: string[] = [];
  private readonly directory = temporaryDirectory();
  private readonly path: string;

  constructor(
    private readonly source: Source,
    private readonly damaged: Damaged,
  ) {
    const inside = join(this.directory, 'in');
    mkdirSync(inside);
    for (const [name, bytes] of source.files) writeFileSync(join(inside, name), bytes);
    this.path = join(inside, source.target);
    writeFileSync(this.path, damaged.bytes);
  }

  async run(): Promise<void> {
    const set = findAofSet(this.source.files.size === 0 ? this.path : join(this.directory, 'in'));
    const check = await checkSet(set);
    const file = check.files.find(({ name }) => name === this.source.target)!;
    this.compare(file, redisCheck(this.path));
    this.judge(file);
    const keys = new RequestKeys();
    const out = join(this.directory, 'out');
    const result = await salvage(set, out, {
      keysOf: (request) => keys.of(request),
      objection: (request) => keys.objection(request),
    });
    for (const { file: name, start, end, quarantine } of result.lost) {
      const original = readFileSync(join(this.directory, 'in', name));
      if (!readFileSync(quarantine).equals(original.subarray(start, end)))
        this.wrong.push('quarantine differs');
    }
    this.saved(join(out, 'appendonlydir'), file, result.lost);
    const loads = await redisLoads(out);
    if (loads !== true) this.wrong.push(`redis-server does not load what was saved: ${loads}`);
    else count('saved and loaded by redis-server');
    rmSync(this.directory, { recursive: true });
  }

  /** Ours and redis-check-aof's verdict on the same file. */
  private compare(file: FileCheck, redis: Verdict): void {
    const sound = file.status === 'sound';
    const { damage: found, soundTo } = file;
    if (sound !== redis.valid) {
      const own =
        found?.kind === 'checksum' || found?.kind === 'zeros' || this.brokenAnnotation(found?.offset ?? 0);
      if (own && redis.valid)
        count(`verdict: only ours sees it (${found?.kind === 'checksum' ? 'checksum' : 'annotation'})`);
      else
        this.wrong.push(
          `ours: ${file.status} ${found?.kind ?? ''} ${found?.reason ?? ''}; theirs: ${redis.output}`,
        );
    } else if (sound || redis.okUpTo === null)
      count(sound ? 'verdict: both sound' : 'verdict: both damaged, no offset from redis');
    else if (redis.okUpTo === soundTo) count('verdict: both damaged, same offset');
    else if (found?.kind === 'checksum' && soundTo < redis.okUpTo)
      count('verdict: both damaged, ours earlier (checksum)');
    else if (found !== null && soundTo < redis.okUpTo && this.brokenAnnotation(found.offset))
      count('verdict: both damaged, ours earlier (annotation)');
    else if (/^(\*0*\r\n)+$/.test(this.damaged.bytes.toString('latin1', soundTo, redis.okUpTo)))
      count(
        'verdict: both damaged, ours earlier (a record of no arguments, which redis-server refuses, too)',
      );
    else
      this.wrong.push(
        `sound up to ${soundTo} (${found?.kind ?? ''}: ${found?.reason ?? ''}), theirs: ${redis.output}`,
      );
  }

  /** True for a line with a `#`, at `offset`, that the damage altered: redis-check-aof does not look into those. */
  private brokenAnnotation(offset: number): boolean {
    const { bytes, seams } = this.damaged;
    if (bytes[offset] !== HASH) return false;
    const newline = bytes.indexOf('\n', offset);
    const end = newline < 0 ? bytes.length : newline + 1;
    return seams.some(([from, to]) => from <= end && to >= offset);
  }

  /** Damage that check does not see must be one that no checksum covers. */
  private judge(file: FileCheck): void {
    if (file.status !== 'sound') return count('check: found');
    const { bytes } = this.damaged;
    if (bytes.equals(this.source.bytes)) return count('check: nothing had changed');
    if (file.checksummedBytes === 0 && file.snapshot?.checksumVerified !== true)
      return count('check: said that no checksum covers it');
    const rest = bytes.subarray(file.snapshot?.bytes ?? 0);
    // A file cut between two records or stretches is sound.
    if (this.source.bytes.subarray(0, bytes.length).equals(bytes))
      return count('check: cut between two records');
    if (file.checksummedBytes === 0 && rest.length > 0)
      return count('check: said that no checksum covers it');
    this.wrong.push('check found nothing');
  }

  /** Nothing was invented, and what the damage did not touch was kept. */
  private saved(directory: string, file: FileCheck, lost: readonly LostRange[]): void {
    const names = readdirSync(directory);
    const saved = names
      .filter((name) => name.includes('.incr.'))
      .flatMap((name) => recordsOf(join(directory, name)));
    const have = tally(saved);
    const { source, damaged } = this;
    const isSnapshot = source.bytes.subarray(0, 5).toString() === 'REDIS';
    const start = isSnapshot ? snapshotBytes(source.bytes) : 0;
    const all = tally(
      [...source.files]
        .filter(([name]) => name.endsWith('.aof') && name !== source.target)
        .flatMap(([, bytes]) => unitsOf(bytes, 0).flatMap(({ records }) => records)),
    );
    const base = names.find((name) => name.includes('.base.rdb'));
    const values = base === undefined ? saved : [...saved, readFileSync(join(directory, base))];
    const units = unitsOf(source.bytes, start);
    const kept = new Map<string, Unit[]>();
    for (const unit of units) {
      for (const raw of unit.records) {
        const text = raw.toString('latin1');
        all.set(text, (all.get(text) ?? 0) + 1);
        if (EDGES.test(text) || !damaged.kept(unit.start, unit.end)) continue;
        kept.set(text, [...(kept.get(text) ?? []), unit]);
      }
    }
    for (const [text, same] of kept) {
      let missing = same.length - (have.get(text) ?? 0);
      if (missing <= 0) continue;
      for (const unit of same) {
        const excuse = missing > 0 ? this.excuse(unit, start, values, lost) : null;
        if (excuse === null) continue;
        missing--;
        count(`salvage: ${excuse}`);
      }
      if (missing > 0)
        this.wrong.push(
          `a record that was not damaged is lost: offset ${same[0]!.start} ${text.slice(0, 60)} (${missing} of ${same.length})`,
        );
    }
    for (const raw of saved) {
      const text = raw.toString('latin1');
      if (all.has(text) || EDGES.test(text)) continue;
      if (file.checksummedBytes === 0 && damaged.mayHold(raw))
        count('salvage: kept a record altered where no checksum covers it');
      else if (file.checksummedBytes === 0 && this.movedOutOfValue(raw))
        count('salvage: kept a record of a block that was moved out of a value');
      else this.wrong.push(`a record was invented: ${text.slice(0, 100)}`);
    }
    if (isSnapshot) this.savedSnapshot(join(directory, base ?? ''));
  }

  /**
   * Why nothing tells that a record which stands there as it was is one; null when it had to be kept. Only two places
   * that are damaged, as after a swap, leave such records between them.
   */
  private excuse(
    unit: Unit,
    snapshotEnd: number,
    values: readonly Buffer[],
    lost: readonly LostRange[],
  ): string | null {
    const text = unit.records[0]!;
    const swallowed = values.some((value) => value.length > text.length && value.includes(text));
    // What is not kept is in quarantine, whole.
    if (!swallowed && !this.inQuarantine(unit, lost, snapshotEnd)) return null;
    if (this.damaged.kind !== 'swap') return swallowed ? 'records swallowed by a value whose end fits' : null;
    const place = this.damaged.placeOf(unit.start);
    const end = place + unit.end - unit.start;
    if (this.movedIntoSnapshot(unit, snapshotEnd)) return 'records moved into an RDB part';
    if (this.insideValue(place, end)) return 'records moved into a value';
    if (this.beforeNewline(place)) return 'records moved in front of a newline';
    if (this.followedByArgument(end)) return 'records moved in front of an argument';
    return swallowed ? 'records swallowed by a value whose end fits' : null;
  }

  private inQuarantine(unit: Unit, lost: readonly LostRange[], snapshotEnd: number): boolean {
    const start = this.damaged.placeOf(unit.start);
    const end = start + unit.end - unit.start;
    const inSnapshot = snapshotEnd === 0 ? 0 : this.damaged.placeOf(snapshotEnd - 1);
    return lost.some(
      // The first bytes of a record in an RDB part may have been read as a key.
      (range) =>
        range.file === this.source.target && (range.start <= start || start < inSnapshot) && end <= range.end,
    );
  }

  /** True where the header of a value says that it reaches behind the record, or that it begins with such records. */
  private insideValue(place: number, end: number): boolean {
    const { bytes } = this.damaged;
    for (const header of bytes.toString('latin1', 0, place).matchAll(/\$(\d+)\r\n/g)) {
      const value = header.index + header[0].length;
      if (end <= value + Number(header[1])) return true;
      if (value < place - REACH_BYTES || bytes[value] !== STAR) continue;
      if (unitsOf(bytes, value).some(({ start }) => start === place)) return true;
    }
    return false;
  }

  /** True where a newline came to stand behind records, as it does behind those inside a value. */
  private beforeNewline(place: number): boolean {
    const { bytes } = this.damaged;
    const end = unitsOf(bytes, place).at(-1)?.end ?? 0;
    return bytes.toString('latin1', end, end + 2) === '\r\n';
  }

  /** True where an argument came to stand behind the record: it looks like one that lost some of its number. */
  private followedByArgument(end: number): boolean {
    return /^\$\d+\r\n/.test(this.damaged.bytes.toString('latin1', end, end + 12));
  }

  /** True for text of a value that a swap moved to another place, whole. */
  private movedOutOfValue(raw: Buffer): boolean {
    const { kind, pieces } = this.damaged;
    if (kind !== 'swap') return false;
    return [pieces[1]!, pieces[3]!].some(({ start, end }) =>
      this.source.bytes.subarray(start, end).includes(raw),
    );
  }

  /** True for a record of a block that came to stand before the end of an RDB part, as a value of it may. */
  private movedIntoSnapshot(unit: Unit, snapshotEnd: number): boolean {
    const { damaged } = this;
    if (damaged.kind !== 'swap' || snapshotEnd === 0) return false;
    const place = damaged.placeOf(unit.start);
    return place < damaged.placeOf(snapshotEnd - 1) || place < damaged.placeOf(snapshotEnd - END_MARK_BYTES);
  }

  private savedSnapshot(path: string): void {
    if (!this.damaged.bytes.subarray(0, 5).equals(Buffer.from('REDIS'))) return;
    const kept = [...recordRdb(readFileSync(path)).keys];
    const original = [...recordRdb(this.source.bytes.subarray(0, snapshotBytes(this.source.bytes))).keys];
    count('salvage: RDB parts');
    kept.forEach(([key, value], i) => {
      const [name, before] = original[i] ?? [];
      if (key === name && JSON.stringify(value) === JSON.stringify(before)) return;
      count('salvage: altered keys of an RDB part without proof');
    });
  }
}

function tally(records: readonly Buffer[]): Map<string, number> {
  const map = new Map<string, number>();
  for (const raw of records) map.set(raw.toString('latin1'), (map.get(raw.toString('latin1')) ?? 0) + 1);
  return map;
}

function snapshotBytes(bytes: Buffer): number {
  const reader = RdbReader.ofBytes(new Bytes(bytes), NULL_VISITOR);
  reader.read();
  return reader.offset;
}

(hasRedis() ? describe : describe.skip)('with redis-server', () => {
  test(
    `after each of ${ROUNDS} random damages to files of redis-server and mredis, check and repair do what they promise`,
    async () => {
      const sources = await damageSources();
      const random = seeded(SEED);
      const wrong: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const source = sources[round % sources.length]!;
        const kind = DAMAGE_KINDS[Math.floor(random() * DAMAGE_KINDS.length)]!;
        const damaged = damage(source.bytes, kind, random);
        if (damaged.bytes.equals(source.bytes)) {
          count('nothing had changed');
          continue;
        }
        const one = new Round(source, damaged);
        try {
          await one.run();
        } catch (error) {
          one.wrong.push(`crashed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
        }
        count(`damage: ${kind}`);
        if (one.wrong.length > 0) {
          const more = one.wrong.length > 1 ? ` (and ${one.wrong.length - 1} more)` : '';
          wrong.push(`round ${round}, ${source.name}, ${kind}: ${one.wrong[0]}${more}`);
        }
      }
      if (ROUNDS > 100)
        console.log(
          [...counts]
            .sort()
            .map(([what, number]) => `${number}  ${what}`)
            .join('\n'),
        );
      expect(wrong).toEqual([]);
    },
    ROUNDS * 1000 + 60_000,
  );
});
