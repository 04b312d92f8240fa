import type { ReadBytes } from '../file-bytes.js';

/**
 * Sync marks: annotations that say how much of a file was on disk when they were written.
 *
 *     #SYNC:123456\r\n
 *
 * Everything before offset 123456 had been synced. After a crash of the machine, blocks may be missing from what was
 * not; a block that is missing before a later mark was damaged otherwise.
 */

const START = '#SYNC:';
const LINE = /\r\n#SYNC:(\d{1,16})\r\n/g;
/** A line with the newline before it. */
const LINE_BYTES_MAX = 26;
const WINDOW_BYTES = 1024 * 1024;

export function formatSyncMark(offset: number): string {
  return `${START}${offset}\r\n`;
}

/**
 * The highest offset that anything like a sync mark names in `[from, size)`, or -1. Framing is lost behind damage, so
 * that text in a value counts as well: whoever asks then trusts the file less, not more.
 */
export function highestSyncMark(read: ReadBytes, size: number, from: number): number {
  const window = Buffer.allocUnsafe(WINDOW_BYTES + LINE_BYTES_MAX);
  let highest = -1;
  for (let offset = Math.max(0, from - 2); offset < size; offset += WINDOW_BYTES) {
    const got = read(window, 0, Math.min(window.length, size - offset), offset);
    for (const match of window.toString('latin1', 0, got).matchAll(LINE)) {
      highest = Math.max(highest, Number(match[1]));
    }
  }
  return highest;
}
