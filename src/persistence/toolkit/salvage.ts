import { closeSync, existsSync, openSync } from 'node:fs';
import { fileSize, type ReadBytes, readerOf } from '../file-bytes.js';
import type { AofSet, AofSetFile } from './aof-set.js';
import { missingFile } from './aof-walk.js';
import { inNewDataDirectory } from './output-set.js';
import { NO_PROGRESS, type Progress } from './progress.js';
import { appendFilenameOf } from './restore.js';
import { SalvageOutput, type SalvageResult } from './salvage-output.js';
import { type RecordJudge, RecordSalvage } from './salvage-records.js';
import { type OffsetProgress, salvageSnapshot } from './salvage-snapshot.js';
import { findRecordsBehindSnapshot } from './snapshot-end.js';
import { SNAPSHOT_HEADER_BYTES, snapshotHeader, withNewHeader } from './snapshot-header.js';

/**
 * Reads past damage: writes every sound record of the set into a new data directory, and what lies between into
 * quarantine files. Of an RDB part, the keys before its first damage are kept. The input is only read.
 */
export async function salvage(
  set: AofSet,
  directory: string,
  judge: RecordJudge,
  progress = NO_PROGRESS,
): Promise<SalvageResult> {
  const missing = set.files.find(({ path }) => !existsSync(path));
  if (missing !== undefined) throw missingFile(missing.path);
  return inNewDataDirectory(directory, async (files) => {
    const output = new SalvageOutput(directory, files, appendFilenameOf(set), judge.keysOf);
    try {
      for (const file of set.files) await new FileSalvage(file, output, judge, progress).run();
      return output.commit();
    } catch (error) {
      output.abandon();
      throw error;
    }
  });
}

class FileSalvage {
  constructor(
    private readonly file: AofSetFile,
    private readonly output: SalvageOutput,
    private readonly judge: RecordJudge,
    private readonly progress: Progress,
  ) {}

  async run(): Promise<void> {
    const fd = openSync(this.file.path, 'r');
    try {
      const { file, output, judge } = this;
      let read = readerOf(fd);
      const size = fileSize(fd);
      const progress: OffsetProgress = (offset) => this.progress(file, offset);
      const header = snapshotHeader(read);
      if (header === 'altered') {
        read = await withNewHeader(read, size, progress);
        await output.lose(file, 0, Math.min(size, SNAPSHOT_HEADER_BYTES), HEADER_ALTERED);
      }
      const start = header === 'none' ? 0 : await this.snapshot(read, size, progress);
      output.selectFirst();
      await new RecordSalvage(file, read, size, output, judge, progress).run(start);
    } finally {
      closeSync(fd);
    }
  }

  /** Keeps the RDB part as the base of the new set; where the records behind it begin. */
  private async snapshot(read: ReadBytes, size: number, progress: OffsetProgress): Promise<number> {
    const { file, output } = this;
    const to = output.newBase();
    let snapshot = await salvageSnapshot(read, size, to, progress);
    let records = snapshot.end;
    if (snapshot.damage !== null || snapshot.unproven) {
      // What could be read as keys may lead on into the records behind them. None follow a base that is an RDB file.
      const alone = file.role === 'base' && file.name.endsWith('.rdb');
      records = alone ? size : await findRecordsBehindSnapshot(read, size, progress);
      if (records < snapshot.end)
        snapshot = await salvageSnapshot(upTo(read, records), records, to, progress);
    }
    output.result.snapshotKeys = snapshot.keys;
    output.result.snapshotUnproven = snapshot.unproven;
    for (const { start, end } of snapshot.refused) await output.lose(file, start, end, REFUSED);
    if (snapshot.damage === null) return snapshot.end;
    await output.lose(file, snapshot.soundTo, records, snapshot.damage);
    return records;
  }
}

const HEADER_ALTERED = 'the first bytes of the RDB part were altered; they were written anew';
const REFUSED = 'a key that no server would load: it or an element comes twice, or its type is unknown';

/** Reads as if the file ended at `end`. */
function upTo(read: ReadBytes, end: number): ReadBytes {
  return (to, at, length, offset) => read(to, at, Math.max(0, Math.min(length, end - offset)), offset);
}
