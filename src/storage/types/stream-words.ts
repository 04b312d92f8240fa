const WORD = 0x1_0000_0000;

/** A safe integer in two words, low first. */
export function readNumber(words: Int32Array, at: number): number {
  return words[at + 1]! * WORD + (words[at]! >>> 0);
}

/** Adds 1 to it, without a detour over a double. */
export function incrementNumber(words: Int32Array, at: number): void {
  const low = (words[at]! + 1) | 0;
  words[at] = low;
  if (low === 0) words[at + 1]!++;
}

export function writeNumber(words: Int32Array, at: number, value: number): void {
  words[at] = value >>> 0;
  words[at + 1] = Math.floor(value / WORD);
}
