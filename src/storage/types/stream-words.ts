const WORD = 0x1_0000_0000;

/** A safe integer in two words, low first. */
export function readNumber(words: Int32Array, at: number): number {
  return words[at + 1]! * WORD + (words[at]! >>> 0);
}

export function writeNumber(words: Int32Array, at: number, value: number): void {
  words[at] = value >>> 0;
  words[at + 1] = Math.floor(value / WORD);
}
