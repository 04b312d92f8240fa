import type { ReadBytes } from '../file-bytes.js';
import { AofItem, isRepairable } from './aof-format.js';
import { AofReader } from './aof-reader.js';
import { examineCut } from '../toolkit/record-search.js';
import { highestSyncMark } from './sync-mark.js';

/** Pages that file systems write back one by one, in any order. */
const PAGE_BYTES = 4096;
const WINDOW_PAGES = 256;

/**
 * After a crash of the machine the end of a file may have its full length and lack some of its bytes: pages that were
 * never written read as zeros, to the end of the page they are in. Such an end was never synced, so dropping it loses
 * nothing that was promised, as with a file that is cut.
 *
 * Where to cut an append-only file whose records cannot be read to the end, or null when nothing says that it is such
 * an end: then it is damaged otherwise, and nobody should drop what follows the damage.
 *
 *  - The file ends in zeros, and before them in a record that is cut: zeros in their place are no reason to refuse it.
 *  - Zeros at the end of a page stand behind the last byte that is known to be right, and no sync mark behind them says
 *    that this place had been on disk. What a checksum covers is known to be right; what
 *    can be read behind it counts too, unless it has such zeros itself.
 */
export function whereBlocksAreLost(read: ReadBytes, size: number): number | null {
  const end = endBeforeZeros(read, size);
  const readToEnd: ReadBytes = (to, at, length, offset) =>
    read(to, at, Math.max(0, Math.min(length, end - offset)), offset);
  const reader = new AofReader(readToEnd, end);
  let item = reader.next();
  while (item === AofItem.RECORD || item === AofItem.ANNOTATION) item = reader.next();
  const damage = reader.damage === null ? null : examineCut(readToEnd, end, reader.start, reader.damage);
  if (damage === null || isRepairable(damage)) return end < size ? reader.soundTo : null;
  const { stretchStart } = reader.checksums!;
  // Without checksums there are no sync marks either: nothing tells what had been on disk.
  if (stretchStart < 0) return null;
  const { soundTo } = reader;
  const from = hasZeroPageEnd(read, stretchStart, soundTo) ? stretchStart : soundTo;
  if (!hasZeroPageEnd(read, from, size) || highestSyncMark(read, size, from) > from) return null;
  return from;
}

/** Where the zeros begin that the file ends in; its size when it ends in something else. */
function endBeforeZeros(read: ReadBytes, size: number): number {
  const window = Buffer.allocUnsafe(PAGE_BYTES * WINDOW_PAGES);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - window.length);
    const got = read(window, 0, end - start, start);
    for (let at = got; at > 0; at--) if (window[at - 1] !== 0) return start + at;
    end = start;
  }
  return 0;
}

/** True when the last byte of a page, or the last of all, is zero in `[from, to)`: a record's last byte is not. */
function hasZeroPageEnd(read: ReadBytes, from: number, to: number): boolean {
  const window = Buffer.allocUnsafe(PAGE_BYTES * WINDOW_PAGES);
  for (let start = from - (from % PAGE_BYTES); start < to; start += window.length) {
    const got = read(window, 0, Math.min(window.length, to - start), start);
    for (let page = 0; page < got; page += PAGE_BYTES) {
      const last = Math.min(page + PAGE_BYTES, got) - 1;
      if (start + last >= from && window[last] === 0) return true;
    }
  }
  return false;
}
