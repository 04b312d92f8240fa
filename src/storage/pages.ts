import { Arena, PAGE_BYTES } from './arena.js';
import { discard } from './discard.js';

/** Most pages: what the bits of a ref can number. */
export const PAGES_MAX = 1 << 15;

/** The last arena stays if it has no more, so that a keyspace which comes and goes does not ask the system each time. */
const SPARE_PAGES = 2;

const EMPTY8 = new Uint8Array(0);
const EMPTY32 = new Int32Array(0);
const EMPTY_F64 = new Float64Array(0);
const EMPTY_VIEW = new DataView(new ArrayBuffer(0));

/** Thrown when no page number is left. The caller answers with Redis's OOM error. */
export class SlabFullError extends Error {}

/** Where a page stands that is not by itself. */
interface Place {
  readonly arena: Arena;
  readonly slot: number;
}

/** Numbered pages of bytes off the V8 heap: of 1 MiB in arenas, of any size by themselves. */
export class Pages {
  /** Byte, word and double arrays of every page. Empty ones stand where a page was dropped. */
  readonly pages8: Uint8Array[] = [];
  readonly pages32: Int32Array[] = [];
  readonly pagesF64: Float64Array[] = [];
  /** For words that are not aligned. */
  readonly pageViews: DataView[] = [];
  /** Bytes of all pages held, those included that arenas have left when pages are dropped. */
  reservedBytes = 0;

  private readonly freePageNumbers: number[] = [];
  private readonly arenas: Arena[] = [];
  private readonly places: (Place | undefined)[] = [];

  /** A page of 1 MiB, its content undefined; its number. */
  protected addPage(): number {
    const arena = this.roomyArena();
    const page = this.takeNumber();
    const { touched } = arena;
    const slot = arena.take();
    this.places[page] = { arena, slot };
    this.pages8[page] = arena.bytes(slot);
    this.pages32[page] = arena.words(slot);
    this.pagesF64[page] = arena.doubles(slot);
    this.pageViews[page] = arena.view(slot);
    this.reservedBytes += (arena.touched - touched) * PAGE_BYTES;
    return page;
  }

  /** A page by itself, of zeros; its number. */
  protected addOwnPage(bytes: number): number {
    const buffer = new ArrayBuffer(bytes);
    const page = this.takeNumber();
    this.pages8[page] = new Uint8Array(buffer);
    this.pages32[page] = new Int32Array(buffer);
    this.pagesF64[page] = new Float64Array(buffer);
    this.pageViews[page] = new DataView(buffer);
    this.reservedBytes += bytes;
    return page;
  }

  /** The first arena that has room, so that the last ones become empty. */
  private roomyArena(): Arena {
    for (const arena of this.arenas) if (arena.hasRoom) return arena;
    const arena = new Arena();
    this.arenas.push(arena);
    return arena;
  }

  private takeNumber(): number {
    const page = this.freePageNumbers.pop() ?? this.pages8.length;
    if (page >= PAGES_MAX) throw new SlabFullError('the keyspace has no page number left');
    return page;
  }

  protected dropPage(page: number): void {
    const place = this.places[page];
    const { buffer, length } = this.pages8[page]!;
    this.pages8[page] = EMPTY8;
    this.pages32[page] = EMPTY32;
    this.pagesF64[page] = EMPTY_F64;
    this.pageViews[page] = EMPTY_VIEW;
    this.freePageNumbers.push(page);
    if (place !== undefined) return this.leaveArena(page, place);
    this.reservedBytes -= length;
    discard(buffer);
  }

  private leaveArena(page: number, { arena, slot }: Place): void {
    this.places[page] = undefined;
    arena.give(slot);
    if (arena.used !== 0 || (this.arenas.length === 1 && arena.touched <= SPARE_PAGES)) return;
    this.reservedBytes -= arena.touched * PAGE_BYTES;
    this.arenas.splice(this.arenas.indexOf(arena), 1);
    arena.discard();
  }

  /** The arena a page stands in, if it is not by itself. */
  protected arenaOf(page: number): Arena | undefined {
    return this.places[page]?.arena;
  }

  /** Takes the pages of another in place of its own, which are given back. */
  protected takePages(fresh: Pages): void {
    for (const arena of this.arenas) arena.discard();
    this.pages8.forEach(({ buffer }, page) => {
      if (this.places[page] === undefined) discard(buffer);
    });
    replace(this.pages8, fresh.pages8);
    replace(this.pages32, fresh.pages32);
    replace(this.pagesF64, fresh.pagesF64);
    replace(this.pageViews, fresh.pageViews);
    replace(this.arenas, fresh.arenas);
    replace(this.places, fresh.places);
    replace(this.freePageNumbers, fresh.freePageNumbers);
    this.reservedBytes = fresh.reservedBytes;
  }
}

function replace<T>(array: T[], fresh: readonly T[]): void {
  array.length = 0;
  array.push(...fresh);
}
