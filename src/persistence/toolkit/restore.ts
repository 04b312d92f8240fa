import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Request } from '../../protocol/request.js';
import { timeOfAnnotation } from '../aof/aof-format.js';
import type { AofReader } from '../aof/aof-reader.js';
import { type AofFile, filesInOrder, MANIFEST_SUFFIX } from '../aof/manifest.js';
import type { RdbVisitor } from '../rdb/rdb-visitor.js';
import { AofPathError, type AofSet, type AofSetFile } from './aof-set.js';
import { type FileSummary, isUnfinishedEnd, walkFile } from './aof-walk.js';
import { NULL_VISITOR } from './null-visitor.js';
import { copyRange, inNewDataDirectory, writeManifest } from './output-set.js';
import { NO_PROGRESS, type Progress } from './progress.js';

/** The point to which data is restored. */
export type RestorePoint =
  | { kind: 'time'; seconds: number }
  | { kind: 'offset'; file: string | null; offset: number }
  /** Before the last command that matches: its name, then as many arguments as are given. */
  | { kind: 'before'; words: readonly string[] };

/** Where the set is cut: in front of `offset` of `file`, which is the last to be kept. */
export interface CutPoint {
  file: AofSetFile;
  offset: number;
  /** What begins there, for the person to recognise it; '' at the end of the data. */
  command: string;
  timeSeconds: number;
}

export interface RestoreResult {
  /** The data directory made (`dir` of a server). */
  directory: string;
  appendFilename: string;
  manifest: string;
  cut: CutPoint;
  /** Records kept and left out, RDB parts not counted. */
  kept: number;
  leftOut: number;
  /** Damage at which the search for the point ended; an unfinished end is none. */
  damage: { file: string; offset: number; reason: string } | null;
}

const ARGUMENT_BYTES_MAX = 4096;
/** So much of a command is shown. */
const SHOWN_CHARACTERS = 80;

/** Finds the point, never inside a transaction. Throws an `AofPathError` when the set has no such point. */
export function findCut(set: AofSet, point: RestorePoint, progress = NO_PROGRESS): Promise<FoundCut> {
  return new CutSearch(point, progress).run(set);
}

interface FoundCut extends CutPoint {
  kept: number;
  leftOut: number;
  damage: RestoreResult['damage'];
}

class CutSearch {
  private found: FoundCut | null = null;
  private records = 0;
  // Where the transaction or single record that is being read begins, and how many records stand before it.
  private unit = 0;
  private unitRecords = 0;
  private timeSeconds = 0;
  private damage: RestoreResult['damage'] = null;

  constructor(
    private readonly point: RestorePoint,
    private readonly progress: Progress,
  ) {}

  async run(set: AofSet): Promise<FoundCut> {
    let end: FoundCut | null = null;
    for (const file of set.files) {
      const { soundTo, damage } = await this.readFile(file);
      const unfinished = damage === null || (file === set.files.at(-1) && isUnfinishedEnd(damage));
      if (!unfinished) this.damage = { file: file.name, offset: damage.offset, reason: damage.reason };
      end = {
        file,
        offset: soundTo,
        command: '',
        timeSeconds: this.timeSeconds,
        kept: this.records,
        leftOut: 0,
        damage: this.damage,
      };
      if (damage !== null) break;
    }
    const { point, found, records } = this;
    if (end === null) throw new AofPathError('the manifest names no files');
    if (found !== null) return { ...found, leftOut: records - found.kept, damage: this.damage };
    const { damage } = this;
    const where =
      damage === null ? 'in the data' : `before the damage at offset ${damage.offset} of ${damage.file}`;
    if (point.kind === 'before') throw new AofPathError(`no ${point.words.join(' ')} stands ${where}`);
    if (point.kind === 'offset')
      throw new AofPathError(
        damage === null
          ? `offset ${point.offset} lies behind the end of the data`
          : `there is no offset ${point.offset} ${where}`,
      );
    return end;
  }

  private readFile(file: AofSetFile): Promise<FileSummary> {
    const { point } = this;
    this.unit = 0;
    this.unitRecords = this.records;
    this.timeSeconds = 0;
    const record = (reader: AofReader): void => {
      if (hits(point, file, reader)) this.take(file, shown(reader.request));
      this.records++;
      this.endUnit(reader);
    };
    const annotation = (reader: AofReader): void => {
      const time = timeOfAnnotation(reader.annotation);
      if (time !== null) {
        this.timeSeconds = time;
        if (point.kind === 'time' && this.timeSeconds > point.seconds)
          this.take(file, reader.annotation.trim());
      }
      this.endUnit(reader);
    };
    const progress = (offset: number): Promise<void> => this.progress(file, offset);
    const handlers = { snapshot: snapshotGuard(file, point), record, annotation, progress };
    return walkFile(file.path, handlers, { argumentBytesMax: ARGUMENT_BYTES_MAX });
  }

  private endUnit(reader: AofReader): void {
    if (reader.inTransaction) return;
    this.unit = reader.soundTo;
    this.unitRecords = this.records;
  }

  /** The first place that fits counts, except that the last command looked for does. */
  private take(file: AofSetFile, command: string): void {
    if (this.found !== null && this.point.kind !== 'before') return;
    const { unit: offset, unitRecords: kept, timeSeconds } = this;
    this.found = { file, offset, command, timeSeconds, kept, leftOut: 0, damage: null };
  }
}

/** A base that was saved after the wanted time holds later data, and nothing tells which. */
function snapshotGuard(file: AofSetFile, point: RestorePoint): RdbVisitor {
  return {
    ...NULL_VISITOR,
    aux: (name, value) => {
      if (point.kind !== 'time' || name !== 'ctime' || Number(value) <= point.seconds) return;
      const saved = new Date(Number(value) * 1000).toISOString();
      throw new AofPathError(
        `${file.name} was saved at ${saved}, after the time wanted: only an older backup can tell`,
      );
    },
  };
}

function hits(point: RestorePoint, file: AofSetFile, reader: AofReader): boolean {
  const { request } = reader;
  if (point.kind === 'before')
    return point.words.every((word, i) => i < request.count && matches(request, i, word));
  if (point.kind !== 'offset') return false;
  const meant = point.file === null ? file.role !== 'base' : point.file === file.name;
  return meant && reader.start <= point.offset && point.offset < reader.end;
}

function matches(request: Request, index: number, word: string): boolean {
  return index === 0 ? request.is(0, word.toLowerCase()) : request.string(index) === word;
}

function shown(request: Request): string {
  const text = request
    .strings()
    .join(' ')
    .replace(/[^ -~]/g, '.');
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}

/** Copies the set up to the point into a new directory. The input is only read. */
export async function restore(
  set: AofSet,
  point: RestorePoint,
  directory: string,
  progress = NO_PROGRESS,
): Promise<RestoreResult> {
  const { kept, leftOut, damage, ...cut } = await findCut(set, point, progress);
  const appendFilename = appendFilenameOf(set);
  return inNewDataDirectory(directory, async (filesDirectory) => {
    await copySet(set, cut, filesDirectory, progress);
    const manifest = join(filesDirectory, appendFilename + MANIFEST_SUFFIX);
    return { directory, appendFilename, manifest, cut, kept, leftOut, damage };
  });
}

async function copySet(set: AofSet, cut: CutPoint, directory: string, progress: Progress): Promise<void> {
  const appendFilename = appendFilenameOf(set);
  const files: AofFile[] = [];
  for (const file of set.files) {
    const entry = manifestEntry(set, file, appendFilename);
    const last = file.path === cut.file.path;
    const end = last ? cut.offset : statSync(file.path).size;
    await copyRange(file.path, join(directory, entry.name), 0, end, (offset) => progress(file, offset));
    files.push(entry);
    if (last) break;
  }
  const base = files.find(({ type }) => type === 'b') ?? null;
  const increments = files.filter(({ type }) => type === 'i');
  writeManifest(directory, appendFilename, { base, increments, history: [] });
}

/** A single file becomes the base of a set, under the name that Redis gives it when it takes in an older AOF. */
function manifestEntry(set: AofSet, file: AofSetFile, appendFilename: string): AofFile {
  const { manifest } = set;
  if (manifest === null) return { name: appendFilename, seq: 1, type: 'b' };
  return filesInOrder(manifest).find(({ name }) => name === file.name)!;
}

/** The `appendfilename` with which a server finds the set. */
export function appendFilenameOf(set: AofSet): string {
  if (set.manifestPath === null) return set.files[0]!.name;
  return basename(set.manifestPath, MANIFEST_SUFFIX);
}
