/*
 * XXH3, the variant of 64 bits without a seed: what DIGEST tells of a string. Digests travel between clients and servers,
 * so it must be this hash, bit for bit. Made after the specification of the algorithm (xxhash_spec.md, version 0.2).
 *
 * Up to 240 bytes it is computed with bigints, which take microseconds. Beyond that the eight accumulators are pairs of
 * 32-bit words: 1 MB in 5 ms, where bigints took 130.
 */
const MASK = 0xffff_ffff_ffff_ffffn;
const PRIME32_1 = 0x9e3779b1n;
const PRIME32_2 = 0x85ebca77n;
const PRIME32_3 = 0xc2b2ae3dn;
const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
const PRIME64_4 = 0x85ebca77c2b2ae63n;
const PRIME64_5 = 0x27d4eb2f165667c5n;
const PRIME_MX1 = 0x165667919e3779f9n;
const PRIME_MX2 = 0x9fb21c651e98df25n;
const SCRAMBLE_PRIME = 0x9e3779b1 | 0;

const SMALL_MAX = 16;
const MEDIUM_MAX = 240;
const STRIPE_BYTES = 64;
const STRIPES_PER_BLOCK = 16;
const BLOCK_BYTES = STRIPE_BYTES * STRIPES_PER_BLOCK;
const LANES = 8;

const SECRET = viewOf(
  Buffer.from(
    'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f' +
      'cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c' +
      '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
      'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364' +
      'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e' +
      '2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
    'hex',
  ),
);
/** Where in the secret the keys of the scrambling, of the last stripe and of the merge begin. */
const SCRAMBLE_KEYS = 128;
const LAST_STRIPE_KEYS = 121;
const MERGE_KEYS = 11;

/** Low and high words of the accumulators, in turn. */
const accumulators = new Int32Array(2 * LANES);
const START = new Int32Array(
  new BigUint64Array([
    ...[PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3],
    ...[PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1],
  ]).buffer,
);

/** The hash of `length` bytes from `offset` on, as 16 hexadecimal digits in lower case. */
export function xxh3Digest(bytes: Uint8Array, offset: number, length: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  return hash(view, length).toString(16).padStart(16, '0');
}

function hash(view: DataView, length: number): bigint {
  if (length > MEDIUM_MAX) return hashLarge(view, length);
  if (length > SMALL_MAX) return hashMedium(view, length);
  if (length > 8) return hash9To16(view, length);
  if (length > 3) return hash4To8(view, length);
  if (length > 0) return hash1To3(view, length);
  return finalMix(secret64(56) ^ secret64(64));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function secret64(at: number): bigint {
  return SECRET.getBigUint64(at, true);
}

/** The end of most inputs. */
function avalanche(value: bigint): bigint {
  const mixed = ((value ^ (value >> 37n)) * PRIME_MX1) & MASK;
  return mixed ^ (mixed >> 32n);
}

/** The end of the smallest inputs. */
function finalMix(value: bigint): bigint {
  let mixed = ((value ^ (value >> 33n)) * PRIME64_2) & MASK;
  mixed = ((mixed ^ (mixed >> 29n)) * PRIME64_3) & MASK;
  return mixed ^ (mixed >> 32n);
}

function rotateLeft(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

/** Both halves of a product of 128 bits, in one. */
function foldedProduct(a: bigint, b: bigint): bigint {
  const product = a * b;
  return (product & MASK) ^ (product >> 64n);
}

function hash1To3(view: DataView, length: number): bigint {
  const first = view.getUint8(0);
  const last = view.getUint8(length - 1);
  const combined = (last | (length << 8) | (first << 16) | (view.getUint8(length >> 1) << 24)) >>> 0;
  const keys = (SECRET.getUint32(0, true) ^ SECRET.getUint32(4, true)) >>> 0;
  return finalMix(BigInt(keys) ^ BigInt(combined));
}

function hash4To8(view: DataView, length: number): bigint {
  const first = BigInt(view.getUint32(0, true));
  const last = BigInt(view.getUint32(length - 4, true));
  let value = secret64(8) ^ secret64(16) ^ (last | (first << 32n));
  value ^= rotateLeft(value, 49n) ^ rotateLeft(value, 24n);
  value = (value * PRIME_MX2) & MASK;
  value ^= (value >> 35n) + BigInt(length);
  value = (value * PRIME_MX2) & MASK;
  return value ^ (value >> 28n);
}

function hash9To16(view: DataView, length: number): bigint {
  const low = secret64(24) ^ secret64(32) ^ view.getBigUint64(0, true);
  const high = secret64(40) ^ secret64(48) ^ view.getBigUint64(length - 8, true);
  return avalanche((BigInt(length) + swapped(low) + high + foldedProduct(low, high)) & MASK);
}

const swap = new DataView(new ArrayBuffer(8));

function swapped(value: bigint): bigint {
  swap.setBigUint64(0, value, true);
  return swap.getBigUint64(0, false);
}

/** 16 bytes, mixed with 16 bytes of the secret. */
function mix16(view: DataView, at: number, keysAt: number): bigint {
  return foldedProduct(
    view.getBigUint64(at, true) ^ secret64(keysAt),
    view.getBigUint64(at + 8, true) ^ secret64(keysAt + 8),
  );
}

function hashMedium(view: DataView, length: number): bigint {
  let sum = BigInt(length) * PRIME64_1;
  if (length <= 128) {
    // From both ends towards the middle.
    for (let i = (length - 1) >> 5; i >= 0; i--) {
      sum += mix16(view, 16 * i, 32 * i);
      sum += mix16(view, length - 16 * i - 16, 32 * i + 16);
    }
    return avalanche(sum & MASK);
  }
  for (let i = 0; i < 8; i++) sum += mix16(view, 16 * i, 16 * i);
  sum = avalanche(sum & MASK);
  for (let i = 8; i < length >> 4; i++) sum += mix16(view, 16 * i, 16 * (i - 8) + 3);
  return avalanche((sum + mix16(view, length - 16, 119)) & MASK);
}

function hashLarge(view: DataView, length: number): bigint {
  accumulators.set(START);
  // The last block is not scrambled, even a full one.
  const lastBlock = length - 1 - ((length - 1) % BLOCK_BYTES);
  for (let at = 0; at < lastBlock; at += BLOCK_BYTES) {
    for (let n = 0; n < STRIPES_PER_BLOCK; n++) accumulate(view, at + n * STRIPE_BYTES, 8 * n);
    scramble();
  }
  const stripes = Math.floor((length - 1 - lastBlock) / STRIPE_BYTES);
  for (let n = 0; n < stripes; n++) accumulate(view, lastBlock + n * STRIPE_BYTES, 8 * n);
  accumulate(view, length - STRIPE_BYTES, LAST_STRIPE_KEYS);
  return merge(length);
}

function accumulate(view: DataView, at: number, keysAt: number): void {
  for (let lane = 0; lane < LANES; lane++) {
    const low = view.getInt32(at + 8 * lane, true);
    const high = view.getInt32(at + 8 * lane + 4, true);
    add(lane ^ 1, low, high);
    const a = low ^ SECRET.getInt32(keysAt + 8 * lane, true);
    const b = high ^ SECRET.getInt32(keysAt + 8 * lane + 4, true);
    add(lane, Math.imul(a, b), productHigh(a, b));
  }
}

function add(lane: number, low: number, high: number): void {
  const at = 2 * lane;
  const sum = (accumulators[at]! >>> 0) + (low >>> 0);
  accumulators[at] = sum;
  accumulators[at + 1] = accumulators[at + 1]! + high + (sum > 0xffff_ffff ? 1 : 0);
}

/** The upper 32 bits of the product of two unsigned words. */
function productHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (aLow * bHigh + (middle & 0xffff)) / 0x1_0000;
  return (aHigh * bHigh + Math.floor(middle / 0x1_0000) + Math.floor(carry)) | 0;
}

function scramble(): void {
  for (let lane = 0; lane < LANES; lane++) {
    const at = 2 * lane;
    const keysAt = SCRAMBLE_KEYS + 8 * lane;
    const top = accumulators[at + 1]!;
    const low = accumulators[at]! ^ (top >>> 15) ^ SECRET.getInt32(keysAt, true);
    const high = top ^ SECRET.getInt32(keysAt + 4, true);
    accumulators[at] = Math.imul(low, SCRAMBLE_PRIME);
    accumulators[at + 1] = productHigh(low, SCRAMBLE_PRIME) + Math.imul(high, SCRAMBLE_PRIME);
  }
}

function merge(length: number): bigint {
  const sums = viewOf(new Uint8Array(accumulators.buffer));
  let result = BigInt(length) * PRIME64_1;
  for (let pair = 0; pair < LANES / 2; pair++) {
    result += foldedProduct(
      sums.getBigUint64(16 * pair, true) ^ secret64(MERGE_KEYS + 16 * pair),
      sums.getBigUint64(16 * pair + 8, true) ^ secret64(MERGE_KEYS + 16 * pair + 8),
    );
  }
  return avalanche(result & MASK);
}
