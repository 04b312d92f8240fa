import type { Bytes } from '../bytes/bytes.js';
import type { Request } from '../protocol/request.js';
import { type KeyTies, PLACES } from './key-ties.js';

/** The keys that are loaded at a time: all, or those of a range of places. */
export class KeyRange {
  private start = 0;
  private end = PLACES;

  /** Without ties it holds all keys. */
  constructor(readonly ties: KeyTies | null = null) {}

  /** True for the range that holds the first place. */
  get isFirst(): boolean {
    return this.start === 0;
  }

  /** Share of the places before this range. */
  get done(): number {
    return this.start / PLACES;
  }

  includes({ buffer, offset, length }: Bytes): boolean {
    return this.ties === null || this.holds(this.ties.placeOf(buffer, offset, length));
  }

  includesArgument(request: Request, index: number): boolean {
    if (this.ties === null) return true;
    return this.holds(this.ties.placeOf(request.buffer, request.offset(index), request.length(index)));
  }

  private holds(place: number): boolean {
    return place >= this.start && place < this.end;
  }

  /** Leaves out the last eighth, so that ranges stay well filled; false when one place is left. */
  narrow(): boolean {
    if (this.end - this.start < 2) return false;
    this.end -= Math.ceil((this.end - this.start) / 8);
    return true;
  }

  /** Goes on to as many places behind this range; false at the end. */
  advance(): boolean {
    const places = this.end - this.start;
    this.start = this.end;
    this.end = Math.min(PLACES, this.start + places);
    return this.start < PLACES;
  }
}
