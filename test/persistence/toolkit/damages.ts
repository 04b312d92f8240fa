/** Bytes of the original `[start, end)`, or others when `foreign` holds any. */
export interface Piece {
  start: number;
  end: number;
  foreign: Buffer | null;
}

export const DAMAGE_KINDS = ['flip', 'cut', 'insert', 'delete', 'zero', 'swap'] as const;
export type DamageKind = (typeof DAMAGE_KINDS)[number];

/** A file after something happened to it, and which of its bytes are as they were. */
export class Damaged {
  readonly bytes: Buffer;
  /** Offsets in `bytes` at which something is not what it was: what lies on both sides of one did not belong together. */
  readonly seams: readonly [start: number, end: number][];

  constructor(
    readonly kind: DamageKind,
    original: Buffer,
    readonly pieces: readonly Piece[],
  ) {
    this.bytes = Buffer.concat(
      pieces.map(({ start, end, foreign }) => foreign ?? original.subarray(start, end)),
    );
    const seams: [number, number][] = [];
    let at = 0;
    for (const { start, end, foreign } of pieces) {
      const length = foreign?.length ?? end - start;
      if (foreign !== null) seams.push([at, at + length]);
      else if (at > 0) seams.push([at, at]);
      at += length;
    }
    this.seams = seams;
  }

  /** True when `[start, end)` of the original is there as it was. */
  kept(start: number, end: number): boolean {
    return this.pieces.some((piece) => piece.foreign === null && piece.start <= start && end <= piece.end);
  }

  /** Where the byte at `offset` of the original stands now, or -1. */
  placeOf(offset: number): number {
    let at = 0;
    for (const { start, end, foreign } of this.pieces) {
      if (foreign === null && start <= offset && offset < end) return at + offset - start;
      at += foreign?.length ?? end - start;
    }
    return -1;
  }

  /** True when `text` stands somewhere in the file across something that was altered. */
  mayHold(text: Buffer): boolean {
    for (let at = this.bytes.indexOf(text); at >= 0; at = this.bytes.indexOf(text, at + 1)) {
      const end = at + text.length;
      if (this.seams.some(([from, to]) => (from === to ? at < from && from < end : at < to && from < end)))
        return true;
    }
    return false;
  }
}

/** Damage of the given kind somewhere in the file, as `random` (numbers in [0, 1)) has it. */
export function damage(original: Buffer, kind: DamageKind, random: () => number): Damaged {
  const below = (limit: number): number => Math.floor(random() * limit);
  const from = below(original.length);
  // Mostly short, sometimes blocks of a disk.
  const length = 1 + (random() < 0.7 ? below(40) : below(4096));
  const to = Math.min(original.length, from + length);
  const piece = (start: number, end: number): Piece => ({ start, end, foreign: null });
  const foreign = (bytes: Buffer): Piece => ({ start: 0, end: 0, foreign: bytes });
  const head = piece(0, from);
  const tail = piece(to, original.length);
  switch (kind) {
    case 'flip': {
      const byte = Buffer.from([original[from]! ^ (1 << below(8))]);
      return new Damaged(kind, original, [head, foreign(byte), piece(from + 1, original.length)]);
    }
    case 'cut':
      return new Damaged(kind, original, [head]);
    case 'insert': {
      const bytes = Buffer.from(Array.from({ length }, () => below(256)));
      return new Damaged(kind, original, [head, foreign(bytes), piece(from, original.length)]);
    }
    case 'delete':
      return new Damaged(kind, original, [head, tail]);
    case 'zero':
      return new Damaged(kind, original, [head, foreign(Buffer.alloc(to - from)), tail]);
    case 'swap': {
      const other = to + below(original.length - to);
      const otherEnd = Math.min(original.length, other + (to - from));
      return new Damaged(kind, original, [
        head,
        piece(other, otherEnd),
        piece(to, other),
        piece(from, to),
        piece(otherEnd, original.length),
      ]);
    }
  }
}
