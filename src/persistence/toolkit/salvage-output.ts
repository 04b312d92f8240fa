import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Request } from '../../protocol/request.js';
import { AofFileWriter } from '../aof/aof-file-writer.js';
import { type AofManifest, MANIFEST_SUFFIX, nextBase, nextIncrement } from '../aof/manifest.js';
import { RequestBuilder } from '../aof/request-builder.js';
import type { AofSetFile } from './aof-set.js';
import { type JsonArgument, jsonOfLatin1 } from './json-argument.js';
import type { KeysOf } from './operation-filter.js';
import { copyRange, writeManifest } from './output-set.js';

const KEYS_AROUND = 3;

/** A range of bytes that was not kept. */
export interface LostRange {
  file: string;
  start: number;
  end: number;
  reason: string;
  /** The file into which the bytes were put. */
  quarantine: string;
  /** Keys of the last commands before the range and of the first after it. */
  keysBefore: JsonArgument[];
  keysAfter: JsonArgument[];
}

/** The frozen schema of `aof repair --json`. */
export interface SalvageResult {
  /** The data directory made. */
  directory: string;
  appendFilename: string;
  manifest: string;
  snapshotKeys: number;
  /** True when the checksum of an RDB part does not fit: some value in it was altered, and nothing tells which. */
  snapshotUnproven: boolean;
  records: number;
  lost: LostRange[];
  lostBytes: number;
  /** MULTI and EXEC left out because their other half is lost; the commands between them were kept. */
  transactionsOpened: number;
}

/** What is saved, and what is put into quarantine, with the keys around it. */
export class SalvageOutput {
  readonly result: SalvageResult;
  private readonly quarantine: string;
  private readonly manifest: AofManifest = { base: null, increments: [], history: [] };
  private readonly writer: AofFileWriter;
  private db = 0;
  private recentKeys: string[] = [];
  /** Ranges that still want to know the keys after them. */
  private open: LostRange[] = [];

  constructor(
    directory: string,
    private readonly filesDirectory: string,
    appendFilename: string,
    private readonly keysOf: KeysOf,
  ) {
    this.quarantine = join(directory, 'quarantine');
    mkdirSync(this.quarantine);
    const increment = nextIncrement(this.manifest, appendFilename);
    this.writer = new AofFileWriter(join(this.filesDirectory, increment.name), { checksums: true });
    this.manifest.increments.push(increment);
    this.result = {
      directory,
      appendFilename,
      manifest: join(this.filesDirectory, appendFilename + MANIFEST_SUFFIX),
      snapshotKeys: 0,
      snapshotUnproven: false,
      records: 0,
      lost: [],
      lostBytes: 0,
      transactionsOpened: 0,
    };
  }

  /** Path for the RDB part, which becomes the base of the new set. */
  newBase(): string {
    const base = nextBase(this.manifest, this.result.appendFilename, 'rdb');
    this.manifest.base = base;
    return join(this.filesDirectory, base.name);
  }

  /** A file begins in database 0, wherever the one before it ended. */
  selectFirst(): void {
    if (this.db !== 0) this.writer.request(new RequestBuilder().start('SELECT').integer(0).finish());
    this.db = 0;
  }

  keep(bytes: Buffer): void {
    this.writer.record(bytes);
    if (bytes[0] !== HASH) this.result.records++;
  }

  /** To be called for every sound record, in the order of the file. */
  noteKeys(request: Request): void {
    if (request.is(0, 'select')) this.db = Number(request.string(1));
    for (const index of this.keysOf(request)) {
      const key = request.string(index);
      this.recentKeys.push(key);
      for (const range of this.open) range.keysAfter.push(jsonOfLatin1(key));
      this.open = this.open.filter(({ keysAfter }) => keysAfter.length < KEYS_AROUND);
    }
    if (this.recentKeys.length > 8 * KEYS_AROUND) this.recentKeys = this.recentKeys.slice(-KEYS_AROUND);
  }

  async lose(file: AofSetFile, start: number, end: number, reason: string): Promise<void> {
    if (end <= start) return;
    const quarantine = join(this.quarantine, `${file.name}.${start}-${end}`);
    await copyRange(file.path, quarantine, start, end);
    const keysBefore = this.recentKeys.slice(-KEYS_AROUND).map(jsonOfLatin1);
    const range: LostRange = { file: file.name, start, end, reason, quarantine, keysBefore, keysAfter: [] };
    this.result.lost.push(range);
    this.result.lostBytes += end - start;
    this.open.push(range);
  }

  commit(): SalvageResult {
    const { result } = this;
    this.writer.commit();
    writeManifest(this.filesDirectory, result.appendFilename, this.manifest);
    return result;
  }

  abandon(): void {
    this.writer.abandon();
  }
}

const HASH = 35;
