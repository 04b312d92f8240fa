import { discard } from './discard.js';

/** Most pages: what the bits of a ref can number. */
export const PAGES_MAX = 1 << 15;

const EMPTY8 = new Uint8Array(0);
const EMPTY32 = new Int32Array(0);
const EMPTY_F64 = new Float64Array(0);
const EMPTY_VIEW = new DataView(new ArrayBuffer(0));

/** Thrown when no page number is left. The caller answers with Redis's OOM error. */
export class SlabFullError extends Error {}

/** Numbered pages of bytes off the V8 heap. */
export class Pages {
  /** Byte, word and double arrays of every page. Empty ones stand where a page was dropped. */
  readonly pages8: Uint8Array[] = [];
  readonly pages32: Int32Array[] = [];
  readonly pagesF64: Float64Array[] = [];
  /** For words that are not aligned. */
  readonly pageViews: DataView[] = [];
  /** Bytes of all pages held. */
  reservedBytes = 0;

  private readonly freePageNumbers: number[] = [];

  /** A page of zeros; its number. */
  protected addPage(bytes: number): number {
    const isFull = this.freePageNumbers.length === 0 && this.pages8.length >= PAGES_MAX;
    if (isFull) throw new SlabFullError('the keyspace has no page number left');
    const buffer = new ArrayBuffer(bytes);
    const page = this.freePageNumbers.pop() ?? this.pages8.length;
    this.pages8[page] = new Uint8Array(buffer);
    this.pages32[page] = new Int32Array(buffer);
    this.pagesF64[page] = new Float64Array(buffer);
    this.pageViews[page] = new DataView(buffer);
    this.reservedBytes += bytes;
    return page;
  }

  protected dropPage(page: number): void {
    const { buffer, length } = this.pages8[page]!;
    this.reservedBytes -= length;
    discard(buffer);
    this.pages8[page] = EMPTY8;
    this.pages32[page] = EMPTY32;
    this.pagesF64[page] = EMPTY_F64;
    this.pageViews[page] = EMPTY_VIEW;
    this.freePageNumbers.push(page);
  }

  /** Takes the pages of another in place of its own. */
  protected takePages(fresh: Pages): void {
    this.pages8.length = 0;
    this.pages32.length = 0;
    this.pagesF64.length = 0;
    this.pageViews.length = 0;
    this.pages8.push(...fresh.pages8);
    this.pages32.push(...fresh.pages32);
    this.pagesF64.push(...fresh.pagesF64);
    this.pageViews.push(...fresh.pageViews);
    this.reservedBytes = fresh.reservedBytes;
    this.freePageNumbers.length = 0;
  }
}
