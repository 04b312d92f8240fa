/**
 * The memory under the keyspace: a run allocator over pages of bytes, off the V8 heap.
 *
 * A page is 1 MiB, 32 of them an arena (arena.ts). It serves one of three kinds of allocation:
 *   - runs: 16 runs of 64 KiB, each dedicated to one size class (up to 8 KiB). A run whose last cell is released goes
 *     back to the pool and may serve another class; a page whose last run goes back is dropped. Plain free lists
 *     reserved 11 times the live bytes after steady growth; runs reserve 1.3 times.
 *   - blocks: 4 KiB blocks, first fit, for allocations above 8 KiB and below half a page.
 *   - huge: one allocation, one page of exactly its size.
 *
 * A ref names an allocation in 32 bits: page number in the upper 15, offset in units of 8 bytes in the lower 17.
 * 0 is no allocation. So at most 32,768 pages exist: 32 GiB of small allocations.
 */

import { PAGE_BYTES } from './arena.js';
import { BLOCK_BYTES, BlockPages } from './block-pages.js';
import { Pages } from './pages.js';
import { CELL_LARGEST, CLASS_BYTES, CLASS_OF_UNITS } from './size-classes.js';
import type { ValueWatch } from './value-watch.js';

export { SlabFullError } from './pages.js';

const PAGE_BITS = 20;
const UNIT_BITS = 3;
/** `ref >>> REF_PAGE_SHIFT` is the page number, `(ref & REF_UNIT_MASK) << 3` the byte offset inside the page. */
export const REF_PAGE_SHIFT = PAGE_BITS - UNIT_BITS;
export const REF_UNIT_MASK = (1 << REF_PAGE_SHIFT) - 1;

const RUN_BITS = 16;
export const RUN_BYTES = 1 << RUN_BITS;
export const RUNS_PER_PAGE = PAGE_BYTES / RUN_BYTES;
const REF_RUN_SHIFT = RUN_BITS - UNIT_BITS;
const BLOCK_ALLOCATION_BYTES_MAX = PAGE_BYTES / 2;

/** Longer copies leave the loop for `set`, which makes a view each time: garbage that growing hashes were full of. */
const COPY_LOOP_WORDS_MAX = 256;

/** Kinds of page beside a size class in the run table. */
export const CLASS_FREE = 255;
export const CLASS_BLOCKS = 254;
const CLASS_HUGE = 253;

export class Slab extends Pages {
  /** Bytes in live allocations, rounded up to their classes. */
  liveBytes = 0;
  /** Who is told of changes to what large values own, while somebody must see the old values. */
  watch: ValueWatch | null = null;
  /** Goes up with every change to an order tree: what was found before may be elsewhere now. */
  orderChanges = 0;
  /** Releases what waits to be released, for an allocation that finds no room; true if there was anything. */
  reclaim: () => boolean = () => false;

  // Per run, indexed by run number (page * 16 + run).
  protected runClass = new Uint8Array(0);
  protected runCells = new Uint16Array(0);
  protected runFreeList = new Int32Array(0);
  protected runBump = new Int32Array(0);
  private runNext = new Int32Array(0);
  private runPrevious = new Int32Array(0);
  protected pageRuns = new Uint8Array(0);
  /** Per page: 1 while it is being evacuated, which means that nothing new is put there. */
  protected evacuated = new Uint8Array(0);
  protected evacuatedPages = 0;

  /** First run with room, per class; 0 is none (run 0 is never handed out). */
  private readonly roomyRun = new Int32Array(CLASS_BYTES.length);
  private freeRun = 0;

  protected readonly blocks = new BlockPages();

  constructor() {
    super();
    // Run 0 stays unused so that no allocation has ref 0. The others of its page, which never goes, are always at hand.
    const page = this.addRunPage(this.addOwnPage(PAGE_BYTES));
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
    this.runCells[run]!--;
    if (this.evacuatedPages !== 0 && this.isEvacuated(ref)) return this.leaveRun(run);
    if (wasFull) this.linkRoomy(run, sizeClass);
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
    if (sizeClass === CLASS_HUGE) return this.pages8[page]!.length;
    return this.blocks.bytesAt(page, (ref & REF_UNIT_MASK) << UNIT_BITS);
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
    this.takePages(fresh);
    this.liveBytes = fresh.liveBytes;
    this.runClass = fresh.runClass;
    this.runCells = fresh.runCells;
    this.runFreeList = fresh.runFreeList;
    this.runBump = fresh.runBump;
    this.runNext = fresh.runNext;
    this.runPrevious = fresh.runPrevious;
    this.pageRuns = fresh.pageRuns;
    this.evacuated = fresh.evacuated;
    this.evacuatedPages = 0;
    this.roomyRun.fill(0);
    this.freeRun = fresh.freeRun;
    this.blocks.clear();
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
    this.pageRuns[(run / RUNS_PER_PAGE) | 0]!++;
  }

  private giveRunBack(run: number): void {
    this.linkFree(run);
    const page = (run / RUNS_PER_PAGE) | 0;
    this.pageRuns[page]!--;
    if (this.pageRuns[page] === 0) this.dropRunPage(page);
  }

  protected linkFree(run: number): void {
    this.runClass[run] = CLASS_FREE;
    const head = this.freeRun;
    this.runNext[run] = head;
    this.runPrevious[run] = 0;
    if (head !== 0) this.runPrevious[head] = run;
    this.freeRun = run;
  }

  protected unlinkFree(run: number): void {
    const next = this.runNext[run]!;
    const previous = this.runPrevious[run]!;
    if (previous !== 0) this.runNext[previous] = next;
    else this.freeRun = next;
    if (next !== 0) this.runPrevious[next] = previous;
  }

  protected linkRoomy(run: number, sizeClass: number): void {
    const head = this.roomyRun[sizeClass]!;
    this.runNext[run] = head;
    this.runPrevious[run] = 0;
    if (head !== 0) this.runPrevious[head] = run;
    this.roomyRun[sizeClass] = run;
  }

  protected unlinkRoomy(run: number, sizeClass: number): void {
    const next = this.runNext[run]!;
    const previous = this.runPrevious[run]!;
    if (previous !== 0) this.runNext[previous] = next;
    else this.roomyRun[sizeClass] = next;
    if (next !== 0) this.runPrevious[next] = previous;
  }

  private addRunPage(page = this.addPage()): number {
    this.pageRuns[page] = 0;
    // Linked backwards so that the lowest run is handed out first.
    for (let run = RUNS_PER_PAGE - 1; run >= 0; run--) this.linkFree(page * RUNS_PER_PAGE + run);
    return page;
  }

  private dropRunPage(page: number): void {
    for (let run = 0; run < RUNS_PER_PAGE; run++) this.unlinkFree(page * RUNS_PER_PAGE + run);
    this.dropPage(page);
  }

  // Pages

  protected override addPage(): number {
    return this.listed(this.orReclaim(() => super.addPage()));
  }

  protected override addOwnPage(bytes: number): number {
    return this.listed(this.orReclaim(() => super.addOwnPage(bytes)));
  }

  /** Makes sure that the tables of runs reach to a page. */
  private listed(page: number): number {
    if ((page + 1) * RUNS_PER_PAGE > this.runClass.length) this.growRunTables((page + 1) * RUNS_PER_PAGE);
    return page;
  }

  private orReclaim(add: () => number): number {
    try {
      return add();
    } catch (error) {
      if (!this.reclaim()) throw error;
      return add();
    }
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
    this.evacuated = grown(new Uint8Array(runs / RUNS_PER_PAGE), this.evacuated);
  }

  // Blocks

  private allocBlocks(bytes: number): number {
    const { blocks } = this;
    if (!blocks.take(bytes)) {
      const page = this.addPage();
      this.runClass.fill(CLASS_BLOCKS, page * RUNS_PER_PAGE, (page + 1) * RUNS_PER_PAGE);
      blocks.add(page, PAGE_BYTES);
      // The pages that were tried are out of the way now; the new one has room for any row.
      while (!blocks.take(bytes));
    }
    this.liveBytes += Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
    return (blocks.page << REF_PAGE_SHIFT) | (blocks.offset >>> UNIT_BITS);
  }

  private releaseBlocks(ref: number): void {
    const page = ref >>> REF_PAGE_SHIFT;
    this.liveBytes -= this.blocks.release(page, (ref & REF_UNIT_MASK) << UNIT_BITS);
    if (!this.blocks.dropEmpty(page)) return;
    this.unmark(page);
    this.dropPage(page);
  }

  // Evacuation (evacuating-slab.ts)

  /** True when the allocation stands on a page that is being evacuated. */
  isEvacuated(ref: number): boolean {
    return this.evacuated[ref >>> REF_PAGE_SHIFT] === 1;
  }

  protected unmark(page: number): void {
    if (this.evacuated[page] === 0) return;
    this.evacuated[page] = 0;
    this.evacuatedPages--;
  }

  /** A cell of an evacuated page was released: its run is of no use any more, at last the page. */
  private leaveRun(run: number): void {
    if (this.runCells[run] !== 0) return;
    const page = (run / RUNS_PER_PAGE) | 0;
    this.runClass[run] = CLASS_FREE;
    this.pageRuns[page]!--;
    if (this.pageRuns[page] !== 0) return;
    this.unmark(page);
    this.dropPage(page);
  }

  // Huge

  private allocHuge(bytes: number): number {
    const rounded = Math.ceil(bytes / 8) * 8;
    const page = this.addOwnPage(rounded);
    this.runClass.fill(CLASS_HUGE, page * RUNS_PER_PAGE, (page + 1) * RUNS_PER_PAGE);
    this.liveBytes += rounded;
    return page << REF_PAGE_SHIFT;
  }

  private releaseHuge(ref: number): void {
    const page = ref >>> REF_PAGE_SHIFT;
    this.liveBytes -= this.pages8[page]!.length;
    this.dropPage(page);
  }
}

function grown<T extends Uint8Array | Uint16Array | Int32Array>(larger: T, current: T): T {
  larger.set(current);
  return larger;
}
