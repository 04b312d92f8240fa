import { discard } from './discard.js';

const PAGE_BITS = 20;
export const PAGE_BYTES = 1 << PAGE_BITS;
const PAGES = 32;
/**
 * Beyond 32 MiB. glibc maps larger allocations by themselves, always, and unmaps them when they are freed; smaller ones,
 * once any was freed, it takes from its heap, from which hardly anything goes back: 300 MB of pages of 1 MiB that had been
 * dropped left 285 MB resident. Of such an arena only what has been written to is resident.
 */
const BYTES = PAGES * PAGE_BYTES + 0x1_0000;

/** Memory for 32 pages, which comes from the system and goes back to it as a whole. */
export class Arena {
  /** Nothing is taken from it, though it may have room. */
  withheld = false;
  /** Bytes that were still in use after all had been moved that can be; 0 before that was tried. */
  immovableBytes = 0;
  /** Pages taken. */
  used = 0;
  /** Pages that have ever been taken, which are resident: the first so many. */
  touched = 0;
  private readonly buffer = new ArrayBuffer(BYTES);
  /** Touched pages that are not taken. */
  private readonly free: number[] = [];

  get hasRoom(): boolean {
    return !this.withheld && this.used < PAGES;
  }

  /** Takes a page, one that is resident already if there is any; its number in the arena. Its content is undefined. */
  take(): number {
    this.used++;
    return this.free.pop() ?? this.touched++;
  }

  give(slot: number): void {
    this.used--;
    this.free.push(slot);
  }

  bytes(slot: number): Uint8Array {
    return new Uint8Array(this.buffer, slot << PAGE_BITS, PAGE_BYTES);
  }

  words(slot: number): Int32Array {
    return new Int32Array(this.buffer, slot << PAGE_BITS, PAGE_BYTES >>> 2);
  }

  doubles(slot: number): Float64Array {
    return new Float64Array(this.buffer, slot << PAGE_BITS, PAGE_BYTES >>> 3);
  }

  view(slot: number): DataView {
    return new DataView(this.buffer, slot << PAGE_BITS, PAGE_BYTES);
  }

  /** Gives the memory back to the system. */
  discard(): void {
    discard(this.buffer);
  }
}
