import { existsSync, openSync, closeSync } from 'node:fs';
import { readerOf } from '../file-bytes.js';
import type { AofSet, AofSetFile } from './aof-set.js';
import { type FileDamage, type FileSummary, isUnfinishedEnd, walkFile } from './aof-walk.js';
import { NULL_VISITOR } from './null-visitor.js';
import { NO_PROGRESS, type Progress } from './progress.js';

/** `repairable`: nothing but an unfinished end is lost by cutting it. */
export type CheckStatus = 'sound' | 'repairable' | 'damaged';

/** What was found in one file: the frozen schema of `aof check --json`. */
export interface FileCheck {
  name: string;
  path: string;
  role: AofSetFile['role'];
  status: CheckStatus | 'missing';
  bytes: number;
  records: number;
  snapshot: { bytes: number; keys: number; version: number; checksumVerified: boolean } | null;
  checksummedBytes: number;
  soundTo: number;
  lastRecord: number | null;
  damage: (FileDamage & { hex: string; text: string }) | null;
}

export interface SetCheck {
  status: CheckStatus;
  manifest: string | null;
  files: FileCheck[];
}

/** Bytes shown before and after the first bad one. */
const CONTEXT_BYTES = 24;
/** Arguments are only read through. */
const ARGUMENT_BYTES_MAX = 4096;

/** Verifies every file of the set. */
export async function checkSet(set: AofSet, progress = NO_PROGRESS): Promise<SetCheck> {
  const files: FileCheck[] = [];
  for (const file of set.files) files.push(await checkFile(file, file === set.files.at(-1), progress));
  const damaged = files.some(({ status }) => status === 'damaged' || status === 'missing');
  const repairable = files.some(({ status }) => status === 'repairable');
  return {
    status: damaged ? 'damaged' : repairable ? 'repairable' : 'sound',
    manifest: set.manifestPath,
    files,
  };
}

async function checkFile(file: AofSetFile, last: boolean, progress: Progress): Promise<FileCheck> {
  const { name, path, role } = file;
  if (!existsSync(path)) return missing(file);
  const nothing = (): void => undefined;
  const handlers = {
    snapshot: NULL_VISITOR,
    record: nothing,
    annotation: nothing,
    progress: (offset: number): Promise<void> => progress(file, offset),
  };
  const summary = await walkFile(path, handlers, { argumentBytesMax: ARGUMENT_BYTES_MAX });
  return {
    name,
    path,
    role,
    status: statusOf(summary, last),
    bytes: summary.bytes,
    records: summary.records,
    snapshot: snapshotOf(summary),
    checksummedBytes: summary.checksummedBytes,
    soundTo: summary.soundTo,
    lastRecord: summary.lastRecord < 0 ? null : summary.lastRecord,
    damage: summary.damage === null ? null : { ...summary.damage, ...contextOf(path, summary.damage.offset) },
  };
}

/** Only the end of the last file may be missing: what comes after it in another file would no longer fit. */
function statusOf({ damage }: FileSummary, last: boolean): CheckStatus {
  if (damage === null) return 'sound';
  return last && isUnfinishedEnd(damage) ? 'repairable' : 'damaged';
}

function snapshotOf(summary: FileSummary): FileCheck['snapshot'] {
  if (summary.snapshotVersion === 0) return null;
  const { snapshotBytes: bytes, snapshotKeys: keys, snapshotVersion: version } = summary;
  return { bytes, keys, version, checksumVerified: summary.snapshotVerified };
}

function missing({ name, path, role }: AofSetFile): FileCheck {
  return {
    name,
    path,
    role,
    status: 'missing',
    bytes: 0,
    records: 0,
    snapshot: null,
    checksummedBytes: 0,
    soundTo: 0,
    lastRecord: null,
    damage: null,
  };
}

/** The bytes around `offset`, as hexadecimal digits and as text. */
function contextOf(path: string, offset: number): { hex: string; text: string } {
  const fd = openSync(path, 'r');
  try {
    const start = Math.max(0, offset - CONTEXT_BYTES);
    const bytes = Buffer.alloc(offset - start + CONTEXT_BYTES);
    const got = readerOf(fd)(bytes, 0, bytes.length, start);
    const seen = bytes.subarray(0, got);
    const mark = offset - start;
    const hex = [...seen].map((byte, i) => (i === mark ? '>' : ' ') + byte.toString(16).padStart(2, '0'));
    return { hex: hex.join('').trimStart(), text: printable(seen) };
  } finally {
    closeSync(fd);
  }
}

/** Bytes as text on one line: newlines as \r\n, what cannot be printed as \xHH. */
export function printable(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 13) text += '\\r';
    else if (byte === 10) text += '\\n';
    else if (byte === 92) text += '\\\\';
    else if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
