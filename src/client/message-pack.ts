import type { JsonValue } from './structured-reply.js';

/** Nesting beyond this is taken for something else than MessagePack. */
const DEPTH_MAX = 64;

/**
 * A MessagePack document as JSON can show it (binary in base64, extensions and large integers as text), or undefined
 * when the bytes are not exactly one document.
 */
export function decodeMessagePack(bytes: Buffer): JsonValue | undefined {
  try {
    const reader = new MessagePackReader(bytes);
    const value = reader.read(0);
    return reader.at === bytes.length ? value : undefined;
  } catch (error) {
    // Reading past the end, or a byte that begins nothing: no MessagePack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class MessagePackReader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(depth: number): JsonValue {
    if (depth > DEPTH_MAX) throw new RangeError('too deep');
    const type = this.#number(1);
    if (type < 0x80) return type;
    if (type < 0x90) return this.#map(type & 15, depth);
    if (type < 0xa0) return this.#array(type & 15, depth);
    if (type < 0xc0) return this.#take(type & 31).toString();
    if (type >= 0xe0) return type - 256;
    return this.#wide(type, depth);
  }

  #wide(type: number, depth: number): JsonValue {
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return type === 0xc3;
      case 0xca:
        return this.#take(4).readFloatBE();
      case 0xcb:
        return this.#take(8).readDoubleBE();
      case 0xcf:
        return whole(this.#take(8).readBigUInt64BE());
      case 0xd3:
        return whole(this.#take(8).readBigInt64BE());
      case 0xdc:
      case 0xdd:
        return this.#array(this.#number(type === 0xdc ? 2 : 4), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#number(type === 0xde ? 2 : 4), depth);
    }
    if (type >= 0xc4 && type <= 0xc6) return this.#take(this.#number(2 ** (type - 0xc4))).toString('base64');
    if (type >= 0xc7 && type <= 0xc9) return this.#extension(this.#number(2 ** (type - 0xc7)));
    if (type >= 0xcc && type <= 0xce) return this.#number(2 ** (type - 0xcc));
    if (type >= 0xd0 && type <= 0xd2) {
      const length = 2 ** (type - 0xd0);
      return this.#take(length).readIntBE(0, length);
    }
    if (type >= 0xd4 && type <= 0xd8) return this.#extension(2 ** (type - 0xd4));
    if (type >= 0xd9 && type <= 0xdb) return this.#take(this.#number(2 ** (type - 0xd9))).toString();
    throw new RangeError('unused type byte');
  }

  #array(length: number, depth: number): JsonValue {
    if (length > this.#bytes.length - this.at) throw new RangeError('longer than the input');
    return Array.from({ length }, () => this.read(depth + 1));
  }

  #map(length: number, depth: number): JsonValue {
    if (length > this.#bytes.length - this.at) throw new RangeError('longer than the input');
    const entries = Array.from({ length }, (): [string, JsonValue] => {
      const key = this.read(depth + 1);
      return [typeof key === 'string' ? key : JSON.stringify(key), this.read(depth + 1)];
    });
    return Object.fromEntries(entries);
  }

  #extension(length: number): JsonValue {
    const type = this.#take(1).readInt8();
    return `ext ${type}: ${this.#take(length).toString('base64')}`;
  }

  #number(length: number): number {
    return this.#take(length).readUIntBE(0, length);
  }

  #take(length: number): Buffer {
    if (this.at + length > this.#bytes.length) throw new RangeError('past the end');
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}

function whole(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
