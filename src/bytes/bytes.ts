/**
 * A run of bytes somewhere in memory: an argument inside the read buffer, a stored value inside a slab page.
 *
 * Instances are reused: whoever hands one out says how long it stays valid (an argument of a request, for
 * instance, until its handler returns). Copy the bytes to keep them. There is one class for all of them so that
 * the code that reads bytes stays monomorphic.
 */
export class Bytes {
  buffer: Uint8Array;
  offset: number;
  length: number;
  /** The same buffer, for copying a word at a time; null where there is none. */
  view: DataView | null = null;
  /** Hash of the bytes, cached by whoever computed it; 0 when it is not known. */
  hash = 0;

  constructor(buffer: Uint8Array, offset = 0, length = buffer.length) {
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
  }

  set(buffer: Uint8Array, offset: number, length: number): this {
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
    this.view = null;
    this.hash = 0;
    return this;
  }

  /** As `set`, with a view of the whole buffer. */
  setViewed(buffer: Uint8Array, view: DataView, offset: number, length: number): this {
    // The store of a pointer costs a write barrier; mostly they are the same.
    if (this.view !== view) {
      this.view = view;
      this.buffer = buffer;
    }
    this.offset = offset;
    this.length = length;
    this.hash = 0;
    return this;
  }

  /** One character per byte (latin1). */
  toString(): string {
    return Buffer.from(this.buffer.buffer, this.buffer.byteOffset + this.offset, this.length).toString(
      'latin1',
    );
  }

  /** A copy of the bytes, independent of where they came from. */
  copy(): Bytes {
    // Not `slice`: that of a Buffer is a view.
    const copy = new Bytes(new Uint8Array(this.buffer.subarray(this.offset, this.offset + this.length)));
    copy.hash = this.hash;
    return copy;
  }

  static from(text: string): Bytes {
    return new Bytes(Buffer.from(text, 'latin1'));
  }
}

/** A view of a whole buffer. */
export function viewOf(buffer: Uint8Array): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
