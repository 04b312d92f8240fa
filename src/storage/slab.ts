/**
 * The memory under the keyspace: a run allocator over pages of bytes, off the V8 heap.
 *
 * A page is 1 MiB. It serves one of three kinds of allocation:
 *   - runs: 16 runs of 64 KiB, each dedicated to one size class (up to 8 KiB). A run whose last cell is released goes
 *     back to the pool and may serve another class; a page whose last run goes back is dropped. Plain free lists
 *     reserved 11 times the live bytes after steady growth; runs reserve 1.3 times.
 *   - blocks: 4 KiB blocks, first fit, for allocations above 8 KiB and below half a page.
 *   - huge: one allocation, one page of exactly its size.
 *
 * A ref names an allocation in 32 bits: page number in the upper 15, offset in units of 8 bytes in the lower 17.
 * 0 is no allocation. So at most 32,768 pages exist: 32 GiB of small allocations.
 */

import { BlockPage } from './block-page.js';
import { discard } from './discard.js';

const PAGE_BITS = 20;
const UNIT_BITS = 3;
/** `ref >>> REF_PAGE_SHIFT` is the page number, `(ref & REF_UNIT_MASK) << 3` the byte offset inside the page. */
export const REF_PAGE_SHIFT = PAGE_BITS - UNIT_BITS;
export const REF_UNIT_MASK = (1 << REF_PAGE_SHIFT) - 1;

const PAGE_BYTES = 1 << PAGE_BITS;
const PAGES_MAX = 1 << (32 - REF_PAGE_SHIFT);
const RUN_BITS = 16;
const RUN_BYTES = 1 << RUN_BITS;
const RUNS_PER_PAGE = PAGE_BYTES / RUN_BYTES;
const REF_RUN_SHIFT = RUN_BITS - UNIT_BITS;
const BLOCK_BYTES = 4096;
const BLOCKS_PER_PAGE = PAGE_BYTES / BLOCK_BYTES;

const REF_BLOCK_SHIFT = 12 - UNIT_BITS;
/** How many pages with room are tried before a new one is taken. */
const BLOCK_PAGE_TRIES = 16;

/** Largest cell of a run; 7 of them fit a run with little waste. */
const CELL_BYTES_MAX = 9312;
const BLOCK_ALLOCATION_BYTES_MAX = PAGE_BYTES / 2;
/** Free runs kept before their pages are given back, so that a workload on the edge does not thrash. */
const SPARE_PAGES = 2;

/** Longer copies leave the loop for `set`, which makes a view each time: garbage that growing hashes were full of. */
const COPY_LOOP_WORDS_MAX = 256;

/** Kinds of page beside a size class in the run table. */
const CLASS_FREE = 255;
const CLASS_BLOCKS = 254;
const CLASS_HUGE = 253;

const CLASS_BYTES = sizeClasses();
const CLASS_OF_UNITS = classOfUnits();

/** 16, 24, … 256 bytes in steps of 8, then steps of an eighth, so that rounding up wastes at most 12 %. */
function sizeClasses(): Int32Array {
  const sizes: number[] = [];
  for (
    let size = 16;
    size <= CELL_BYTES_MAX;
    size = size < 256 ? size + 8 : Math.ceil((size * 1.125) / 8) * 8
  ) {
    sizes.push(size);
  }
  return Int32Array.from(sizes);
}

function classOfUnits(): Uint8Array {
  const largest = CLASS_BYTES[CLASS_BYTES.length - 1] ?? 0;
  const table = new Uint8Array((largest >>> UNIT_BITS) + 1);
  for (let units = 0, sizeClass = 0; units < table.length; units++) {
    while ((CLASS_BYTES[sizeClass] ?? 0) < units << UNIT_BITS) sizeClass++;
    table[units] = sizeClass;
  }
  return table;
}

const CELL_LARGEST = CLASS_BYTES[CLASS_BYTES.length - 1] ?? 0;

/** Thrown when no page number is left. The caller answers with Redis's OOM error. */
export class SlabFullError extends Error {}

export class Slab {
  /** Byte, word and double views of every page. Empty views stand where a page was dropped. */
  readonly pages8: Uint8Array[] = [];
  readonly pages32: Int32Array[] = [];
  readonly pagesF64: Float64Array[] = [];

  /** Bytes in live allocations, rounded up to their classes. */
  liveBytes = 0;
  /** Bytes of all pages held. */
  reservedBytes = 0;

  private readonly freePageNumbers: number[] = [];
  private freePages = 0;

  // Per run, indexed by run number (page * 16 + run).
  private runClass = new Uint8Array(0);
  private runCells = new Uint16Array(0);
  private runFreeList = new Int32Array(0);
  private runBump = new Int32Array(0);
  private runNext = new Int32Array(0);
  private runPrevious = new Int32Array(0);
  private pageRuns = new Uint8Array(0);

  /** First run with room, per class; 0 is none (run 0 is never handed out). */
  private readonly roomyRun = new Int32Array(CLASS_BYTES.length);
  private freeRun = 0;
  private freeRuns = 0;

  private readonly blockPages = new Map<number, BlockPage>();
  /** Pages of blocks that may have room, oldest first. */
  private readonly roomyBlockPages = new Set<number>();
  private readonly hugeBytes = new Map<number, number>();

  constructor() {
    // Run 0 stays unused so that no allocation has ref 0.
    const page = this.addRunPage();
    this.takeRun(page * RUNS_PER_PAGE);
  }

  /** Usable bytes that an allocation of `bytes` would get: the caller may compare before it moves anything. */
  static roundUp(bytes: number): number {
    if (bytes <= CELL_LARGEST) return CLASS_BYTES[CLASS_OF_UNITS[(bytes + 7) >>> UNIT_BITS]!]!;
    if (bytes <= BLOCK_ALLOCATION_BYTES_MAX) return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
    return Math.ceil(bytes / 8) * 8;
  }

  /** True when an allocation of `bytes` gets a page of its own, which is zero at first. */
  static hasOwnPage(bytes: number): boolean {
    return bytes > BLOCK_ALLOCATION_BYTES_MAX;
  }

  /** A ref to at least `bytes` bytes, 8-byte aligned, contents undefined. */
  alloc(bytes: number): number {
    if (bytes > CELL_LARGEST)
      return bytes <= BLOCK_ALLOCATION_BYTES_MAX ? this.allocBlocks(bytes) : this.allocHuge(bytes);
    const sizeClass = CLASS_OF_UNITS[(bytes + 7) >>> UNIT_BITS]!;
    let run = this.roomyRun[sizeClass]!;
    if (run === 0) run = this.newRun(sizeClass);
    const cellBytes = CLASS_BYTES[sizeClass]!;
    this.liveBytes += cellBytes;
    this.runCells[run]!++;
    const free = this.runFreeList[run]!;
    if (free !== 0) {
      const next = this.pages32[free >>> REF_PAGE_SHIFT]![(free & REF_UNIT_MASK) << 1]!;
      this.runFreeList[run] = next;
      if (next === 0 && this.runBump[run]! + cellBytes > RUN_BYTES) this.unlinkRoomy(run, sizeClass);
      return free;
    }
    const offset = this.runBump[run]!;
    this.runBump[run] = offset + cellBytes;
    if (offset + 2 * cellBytes > RUN_BYTES) this.unlinkRoomy(run, sizeClass);
    return (run << REF_RUN_SHIFT) | (offset >>> UNIT_BITS);
  }

  /** Gives an allocation back. The ref must not be used again. */
  release(ref: number): void {
    const run = ref >>> REF_RUN_SHIFT;
    const sizeClass = this.runClass[run]!;
    if (sizeClass === CLASS_BLOCKS) return this.releaseBlocks(ref);
    if (sizeClass === CLASS_HUGE) return this.releaseHuge(ref);
    const cellBytes = CLASS_BYTES[sizeClass]!;
    this.liveBytes -= cellBytes;
    const wasFull = this.runFreeList[run] === 0 && this.runBump[run]! + cellBytes > RUN_BYTES;
    this.pages32[ref >>> REF_PAGE_SHIFT]![(ref & REF_UNIT_MASK) << 1] = this.runFreeList[run]!;
    this.runFreeList[run] = ref;
    if (wasFull) this.linkRoomy(run, sizeClass);
    this.runCells[run]!--;
    if (this.runCells[run] === 0) {
      this.unlinkRoomy(run, sizeClass);
      this.giveRunBack(run);
    }
  }

  /** Usable bytes of a live allocation. */
  bytesOf(ref: number): number {
    const run = ref >>> REF_RUN_SHIFT;
    const sizeClass = this.runClass[run]!;
    if (sizeClass < CLASS_HUGE) return CLASS_BYTES[sizeClass]!;
    const page = ref >>> REF_PAGE_SHIFT;
    if (sizeClass === CLASS_HUGE) return this.hugeBytes.get(page) ?? 0;
    return this.blockPages.get(page)!.lengthAt((ref & REF_UNIT_MASK) >>> REF_BLOCK_SHIFT) * BLOCK_BYTES;
  }

  /** Copies the first `bytes` bytes of one allocation to another one. */
  copy(from: number, to: number, bytes: number): void {
    const source = this.pages32[from >>> REF_PAGE_SHIFT]!;
    const target = this.pages32[to >>> REF_PAGE_SHIFT]!;
    const start = (from & REF_UNIT_MASK) << 1;
    const at = (to & REF_UNIT_MASK) << 1;
    // Allocations are whole words, so copying up to 3 bytes more does no harm.
    const words = (bytes + 3) >>> 2;
    if (words > COPY_LOOP_WORDS_MAX) return target.set(source.subarray(start, start + words), at);
    for (let i = 0; i < words; i++) target[at + i] = source[start + i]!;
  }

  /** Gives everything back at once. */
  clear(): void {
    const fresh = new Slab();
    this.pages8.length = 0;
    this.pages32.length = 0;
    this.pagesF64.length = 0;
    this.pages8.push(...fresh.pages8);
    this.pages32.push(...fresh.pages32);
    this.pagesF64.push(...fresh.pagesF64);
    this.liveBytes = fresh.liveBytes;
    this.reservedBytes = fresh.reservedBytes;
    this.freePageNumbers.length = 0;
    this.freePages = fresh.freePages;
    this.runClass = fresh.runClass;
    this.runCells = fresh.runCells;
    this.runFreeList = fresh.runFreeList;
    this.runBump = fresh.runBump;
    this.runNext = fresh.runNext;
    this.runPrevious = fresh.runPrevious;
    this.pageRuns = fresh.pageRuns;
    this.roomyRun.fill(0);
    this.freeRun = fresh.freeRun;
    this.freeRuns = fresh.freeRuns;
    this.blockPages.clear();
    this.roomyBlockPages.clear();
    this.hugeBytes.clear();
  }

  // Runs

  private newRun(sizeClass: number): number {
    if (this.freeRun === 0) this.addRunPage();
    const run = this.freeRun;
    this.takeRun(run);
    this.runClass[run] = sizeClass;
    this.runCells[run] = 0;
    this.runFreeList[run] = 0;
    this.runBump[run] = 0;
    this.linkRoomy(run, sizeClass);
    return run;
  }

  private takeRun(run: number): void {
    this.unlinkFree(run);
    if (this.pageRuns[(run / RUNS_PER_PAGE) | 0]!++ === 0) this.freePages--;
  }

  private giveRunBack(run: number): void {
    this.linkFree(run);
    const page = (run / RUNS_PER_PAGE) | 0;
    this.pageRuns[page]!--;
    if (this.pageRuns[page] === 0 && ++this.freePages > SPARE_PAGES) this.dropRunPage(page);
  }

  private linkFree(run: number): void {
    this.runClass[run] = CLASS_FREE;
    const head = this.freeRun;
    this.runNext[run] = head;
    this.runPrevious[run] = 0;
    if (head !== 0) this.runPrevious[head] = run;
    this.freeRun = run;
    this.freeRuns++;
  }

  private unlinkFree(run: number): void {
    const next = this.runNext[run]!;
    const previous = this.runPrevious[run]!;
    if (previous !== 0) this.runNext[previous] = next;
    else this.freeRun = next;
    if (next !== 0) this.runPrevious[next] = previous;
    this.freeRuns--;
  }

  private linkRoomy(run: number, sizeClass: number): void {
    const head = this.roomyRun[sizeClass]!;
    this.runNext[run] = head;
    this.runPrevious[run] = 0;
    if (head !== 0) this.runPrevious[head] = run;
    this.roomyRun[sizeClass] = run;
  }

  private unlinkRoomy(run: number, sizeClass: number): void {
    const next = this.runNext[run]!;
    const previous = this.runPrevious[run]!;
    if (previous !== 0) this.runNext[previous] = next;
    else this.roomyRun[sizeClass] = next;
    if (next !== 0) this.runPrevious[next] = previous;
  }

  private addRunPage(): number {
    const page = this.addPage(PAGE_BYTES);
    this.pageRuns[page] = 0;
    this.freePages++;
    // Linked backwards so that the lowest run is handed out first.
    for (let run = RUNS_PER_PAGE - 1; run >= 0; run--) this.linkFree(page * RUNS_PER_PAGE + run);
    return page;
  }

  private dropRunPage(page: number): void {
    for (let run = 0; run < RUNS_PER_PAGE; run++) this.unlinkFree(page * RUNS_PER_PAGE + run);
    this.freePages--;
    this.dropPage(page);
  }

  // Pages

  private addPage(bytes: number): number {
    const page = this.freePageNumbers.pop() ?? this.pages8.length;
    if (page >= PAGES_MAX) throw new SlabFullError('the keyspace has no page number left');
    const buffer = new ArrayBuffer(bytes);
    this.pages8[page] = new Uint8Array(buffer);
    this.pages32[page] = new Int32Array(buffer);
    this.pagesF64[page] = new Float64Array(buffer);
    this.reservedBytes += bytes;
    if ((page + 1) * RUNS_PER_PAGE > this.runClass.length) this.growRunTables((page + 1) * RUNS_PER_PAGE);
    return page;
  }

  private dropPage(page: number): void {
    const { buffer, length } = this.pages8[page]!;
    this.reservedBytes -= length;
    discard(buffer);
    this.pages8[page] = EMPTY8;
    this.pages32[page] = EMPTY32;
    this.pagesF64[page] = EMPTY_F64;
    this.freePageNumbers.push(page);
  }

  private growRunTables(least: number): void {
    const runs = Math.max(least, this.runClass.length * 2, 1024);
    this.runClass = grown(new Uint8Array(runs), this.runClass);
    this.runCells = grown(new Uint16Array(runs), this.runCells);
    this.runFreeList = grown(new Int32Array(runs), this.runFreeList);
    this.runBump = grown(new Int32Array(runs), this.runBump);
    this.runNext = grown(new Int32Array(runs), this.runNext);
    this.runPrevious = grown(new Int32Array(runs), this.runPrevious);
    this.pageRuns = grown(new Uint8Array(runs / RUNS_PER_PAGE), this.pageRuns);
  }

  // Blocks

  private allocBlocks(bytes: number): number {
    const blocks = Math.ceil(bytes / BLOCK_BYTES);
    this.liveBytes += blocks * BLOCK_BYTES;
    let tries = 0;
    for (const page of this.roomyBlockPages) {
      const at = this.blockPages.get(page)!.take(blocks);
      if (at >= 0) return (page << REF_PAGE_SHIFT) | (at << REF_BLOCK_SHIFT);
      this.roomyBlockPages.delete(page);
      if (++tries === BLOCK_PAGE_TRIES) break;
    }
    const page = this.addPage(PAGE_BYTES);
    this.runClass.fill(CLASS_BLOCKS, page * RUNS_PER_PAGE, (page + 1) * RUNS_PER_PAGE);
    const blockPage = new BlockPage(BLOCKS_PER_PAGE);
    this.blockPages.set(page, blockPage);
    this.roomyBlockPages.add(page);
    return (page << REF_PAGE_SHIFT) | (blockPage.take(blocks) << REF_BLOCK_SHIFT);
  }

  private releaseBlocks(ref: number): void {
    const page = ref >>> REF_PAGE_SHIFT;
    const blockPage = this.blockPages.get(page)!;
    this.liveBytes -= blockPage.release((ref & REF_UNIT_MASK) >>> REF_BLOCK_SHIFT) * BLOCK_BYTES;
    this.roomyBlockPages.add(page);
    if (blockPage.used !== 0) return;
    this.blockPages.delete(page);
    this.roomyBlockPages.delete(page);
    this.dropPage(page);
  }

  // Huge

  private allocHuge(bytes: number): number {
    const rounded = Math.ceil(bytes / 8) * 8;
    const page = this.addPage(rounded);
    this.runClass.fill(CLASS_HUGE, page * RUNS_PER_PAGE, (page + 1) * RUNS_PER_PAGE);
    this.hugeBytes.set(page, rounded);
    this.liveBytes += rounded;
    return page << REF_PAGE_SHIFT;
  }

  private releaseHuge(ref: number): void {
    const page = ref >>> REF_PAGE_SHIFT;
    this.liveBytes -= this.hugeBytes.get(page) ?? 0;
    this.hugeBytes.delete(page);
    this.dropPage(page);
  }
}

const EMPTY8 = new Uint8Array(0);
const EMPTY32 = new Int32Array(0);
const EMPTY_F64 = new Float64Array(0);

function grown<T extends Uint8Array | Uint16Array | Int32Array>(larger: T, current: T): T {
  larger.set(current);
  return larger;
}
