/**
 * The times at which the keys of one database expire, beside the records: `times[i]` belongs to the record `refs[i]`,
 * and that record knows `i`. Both arrays are dense, so the active expire cycle reads times in a row (1M of them take
 * 1 to 2 ms), and no entry can be left behind: it goes with its record.
 */
export class ExpireTable {
  private times = new Float64Array(0);
  private refs = new Int32Array(0);
  size = 0;

  /** Adds an entry; its position, which the record must keep. */
  add(ref: number, expireAtMs: number): number {
    if (this.size === this.refs.length) this.resize(Math.max(16, this.size * 2));
    const position = this.size++;
    this.times[position] = expireAtMs;
    this.refs[position] = ref;
    return position;
  }

  /**
   * Removes an entry. The last entry takes its place: its ref is returned so that its record can be told, or 0 when
   * the removed entry was the last.
   */
  remove(position: number): number {
    const last = --this.size;
    let moved = 0;
    if (position !== last) {
      this.times[position] = this.times[last]!;
      moved = this.refs[position] = this.refs[last]!;
    }
    if (this.refs.length > 1024 && this.size < this.refs.length / 8) this.resize(this.refs.length / 4);
    return moved;
  }

  /** Unix time in ms. */
  timeAt(position: number): number {
    return this.times[position]!;
  }

  setTime(position: number, expireAtMs: number): void {
    this.times[position] = expireAtMs;
  }

  refAt(position: number): number {
    return this.refs[position]!;
  }

  /** The record moved. */
  setRef(position: number, ref: number): void {
    this.refs[position] = ref;
  }

  clear(): void {
    this.size = 0;
    this.times = new Float64Array(0);
    this.refs = new Int32Array(0);
  }

  get bytes(): number {
    return this.refs.length * 12;
  }

  private resize(capacity: number): void {
    const times = new Float64Array(capacity);
    const refs = new Int32Array(capacity);
    times.set(this.times.subarray(0, this.size));
    refs.set(this.refs.subarray(0, this.size));
    this.times = times;
    this.refs = refs;
  }
}
