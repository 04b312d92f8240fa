import { type Arena, PAGE_BYTES } from './arena.js';
import { CLASS_BYTES } from './size-classes.js';
import { CLASS_BLOCKS, CLASS_FREE, RUN_BYTES, RUNS_PER_PAGE, Slab } from './slab.js';

/** Fuller arenas are not worth moving what is on them. */
const EVACUATED_SHARE_MAX = 0.7;
/** What an evacuation may take from the system before it gives back anything. */
const EVACUATION_BYTES_MORE = 16 * 1024 * 1024;

/** A slab that can have allocations moved off its emptiest arenas, so that those go back to the system. */
export class EvacuatingSlab extends Slab {
  /**
   * Chooses the emptiest arenas and puts nothing more on their pages, so that they go when the last allocation on them is
   * released: whoever knows where refs are kept moves the others. As many as the rest has room for, if there is one more;
   * how many pages those have.
   */
  beginEvacuation(): number {
    const arenas = Array.from(this.arenaBytes(), ([arena, live]) => ({
      arena,
      live,
      room: arena.touched * PAGE_BYTES - live,
      share: live / (arena.touched * PAGE_BYTES),
    })).sort((one, other) => one.share - other.share);
    let room = arenas.reduce((sum, each) => sum + each.room, EVACUATION_BYTES_MORE);
    let moving = 0;
    for (const each of arenas) {
      // What did not move the last time will not move now; half of it may have gone meanwhile.
      if (each.arena.immovableBytes > each.live / 2) continue;
      moving += each.live;
      room -= each.room;
      if (each.share > EVACUATED_SHARE_MAX || moving > room) break;
      each.arena.withheld = true;
    }
    for (let page = 1; page < this.pages8.length; page++)
      if (this.arenaOf(page)?.withheld === true) this.evacuate(page);
    return this.evacuatedPages;
  }

  /** Lets the pages that could not be emptied serve again. */
  endEvacuation(): void {
    for (const [arena, live] of this.arenaBytes()) {
      if (arena.withheld) arena.immovableBytes = live;
      arena.withheld = false;
    }
    for (let page = 1; page < this.pages8.length && this.evacuatedPages !== 0; page++) {
      if (this.evacuated[page] === 0) continue;
      this.unmark(page);
      if (!this.isRunPage(page)) this.blocks.restore(page);
      else this.forEachRun(page, (run) => this.relink(run));
    }
  }

  /** Bytes in use in each arena. */
  private arenaBytes(): Map<Arena, number> {
    const liveBytes = new Map<Arena, number>();
    for (let page = 1; page < this.pages8.length; page++) {
      const arena = this.arenaOf(page);
      if (arena !== undefined) liveBytes.set(arena, (liveBytes.get(arena) ?? 0) + this.liveOn(page));
    }
    return liveBytes;
  }

  /** Bytes in use on a page of runs or of blocks. */
  private liveOn(page: number): number {
    if (!this.isRunPage(page)) return this.blocks.bytesOn(page);
    let live = 0;
    this.forEachRun(page, (run, sizeClass) => {
      if (sizeClass !== CLASS_FREE) live += this.runCells[run]! * CLASS_BYTES[sizeClass]!;
    });
    return live;
  }

  /** Of a page in an arena: whether it is cut into runs, not into blocks. */
  private isRunPage(page: number): boolean {
    return this.runClass[page * RUNS_PER_PAGE] !== CLASS_BLOCKS;
  }

  private evacuate(page: number): void {
    this.evacuated[page] = 1;
    this.evacuatedPages++;
    if (!this.isRunPage(page)) return this.blocks.withhold(page);
    this.forEachRun(page, (run, sizeClass) => {
      if (sizeClass === CLASS_FREE) this.unlinkFree(run);
      else if (this.hasRoom(run, sizeClass)) this.unlinkRoomy(run, sizeClass);
    });
  }

  private relink(run: number): void {
    const sizeClass = this.runClass[run]!;
    if (sizeClass === CLASS_FREE) this.linkFree(run);
    else if (this.hasRoom(run, sizeClass)) this.linkRoomy(run, sizeClass);
  }

  private hasRoom(run: number, sizeClass: number): boolean {
    return this.runFreeList[run] !== 0 || this.runBump[run]! + CLASS_BYTES[sizeClass]! <= RUN_BYTES;
  }

  private forEachRun(page: number, visit: (run: number, sizeClass: number) => void): void {
    for (let run = page * RUNS_PER_PAGE; run < (page + 1) * RUNS_PER_PAGE; run++)
      visit(run, this.runClass[run]!);
  }
}
