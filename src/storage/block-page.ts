/** One page of the slab cut into blocks, handed out first fit in rows of one or more. */
export class BlockPage {
  /** At the first block of a row its length; CONTINUED at the others; 0 where free. */
  private readonly lengths: Uint16Array;
  /** Blocks handed out. */
  used = 0;

  constructor(blocks: number) {
    this.lengths = new Uint16Array(blocks);
  }

  /** Takes the first row of `blocks` free blocks; its first block, or -1. */
  take(blocks: number): number {
    const { lengths } = this;
    if (lengths.length - this.used < blocks) return -1;
    for (let at = 0, free = 0; at < lengths.length; at++) {
      free = lengths[at] === 0 ? free + 1 : 0;
      if (free < blocks) continue;
      const start = at - blocks + 1;
      lengths.fill(CONTINUED, start, at + 1);
      lengths[start] = blocks;
      this.used += blocks;
      return start;
    }
    return -1;
  }

  /** Blocks of the row that starts at `at`. */
  lengthAt(at: number): number {
    return this.lengths[at]!;
  }

  /** Frees the row that starts at `at`; how many blocks it had. */
  release(at: number): number {
    const blocks = this.lengths[at]!;
    this.lengths.fill(0, at, at + blocks);
    this.used -= blocks;
    return blocks;
  }
}

const CONTINUED = 0xffff;
