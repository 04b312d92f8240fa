import { BlockPage } from './block-page.js';

const BLOCK_BITS = 12;
export const BLOCK_BYTES = 1 << BLOCK_BITS;
/** How many pages with room are tried before a new one is taken. */
const PAGE_TRIES = 16;

/** The pages of a slab that are cut into blocks of 4 KiB. A row of blocks is named by its page and its byte offset. */
export class BlockPages {
  private readonly pages = new Map<number, BlockPage>();
  /** Pages that may have room, oldest first. */
  private readonly roomy = new Set<number>();
  /** Pages from which nothing is taken, though they have room. */
  private readonly withheld = new Set<number>();

  // What `take` found.
  page = 0;
  offset = 0;

  /** Takes a row of blocks for `bytes` bytes: `page` and `offset`; false if the pages have no room. */
  take(bytes: number): boolean {
    const blocks = Math.ceil(bytes / BLOCK_BYTES);
    let tries = 0;
    for (const page of this.roomy) {
      const at = this.pages.get(page)!.take(blocks);
      if (at >= 0) {
        this.page = page;
        this.offset = at << BLOCK_BITS;
        return true;
      }
      this.roomy.delete(page);
      if (++tries === PAGE_TRIES) break;
    }
    return false;
  }

  /** Adds an empty page of `bytes` bytes. */
  add(page: number, bytes: number): void {
    this.pages.set(page, new BlockPage(bytes >>> BLOCK_BITS));
    this.roomy.add(page);
  }

  /** Bytes of the row at `offset`. */
  bytesAt(page: number, offset: number): number {
    return this.pages.get(page)!.lengthAt(offset >>> BLOCK_BITS) << BLOCK_BITS;
  }

  /** Frees a row; its bytes. */
  release(page: number, offset: number): number {
    if (!this.withheld.has(page)) this.roomy.add(page);
    return this.pages.get(page)!.release(offset >>> BLOCK_BITS) << BLOCK_BITS;
  }

  /** Forgets a page if nothing of it is taken; whether it did. */
  dropEmpty(page: number): boolean {
    if (this.pages.get(page)!.used !== 0) return false;
    this.pages.delete(page);
    this.roomy.delete(page);
    this.withheld.delete(page);
    return true;
  }

  /** Bytes of a page that are taken. */
  bytesOn(page: number): number {
    return this.pages.get(page)!.used << BLOCK_BITS;
  }

  /** Takes nothing more from a page, until `restore`. */
  withhold(page: number): void {
    this.withheld.add(page);
    this.roomy.delete(page);
  }

  restore(page: number): void {
    this.withheld.delete(page);
    this.roomy.add(page);
  }

  clear(): void {
    this.pages.clear();
    this.roomy.clear();
    this.withheld.clear();
  }
}
