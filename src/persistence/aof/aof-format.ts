/** What `AofReader.next` came upon. */
export const AofItem = {
  /** A complete request: `request`, `start`, `end`. */
  RECORD: 0,
  /** A line that begins with `#`: `annotation`. */
  ANNOTATION: 1,
  /** The end of a file in which nothing is wrong. */
  END: 2,
  /** Something is wrong: `damage`. Nothing after it can be read on. */
  DAMAGE: 3,
} as const;
export type AofItem = (typeof AofItem)[keyof typeof AofItem];

/** Longest annotation line, newline included: Redis reads lines of up to 1,023 bytes. */
export const ANNOTATION_BYTES_MAX = 1023;

/**
 * - `cut`: the file ends in the middle of a record or an annotation, as after a crash; nothing but the end is missing.
 * - `open-transaction`: the file ends behind a MULTI without its EXEC.
 * - `zeros`: nothing but zero bytes to the end, as a file system leaves them or a file made larger ahead.
 * - `format`: bytes that no record begins with or goes on with.
 * - `length`: a length leads beyond the end of the file although sound records follow: it was altered.
 * - `transaction`: MULTI inside MULTI, or EXEC without.
 * - `checksum`: bytes do not fit the checksum written with them.
 */
export type AofDamageKind =
  'cut' | 'open-transaction' | 'zeros' | 'format' | 'length' | 'transaction' | 'checksum';

export interface AofDamage {
  kind: AofDamageKind;
  /** Offset of the first byte that cannot be. For a checksum: where the bytes it covers begin. */
  offset: number;
  /** Where the damage is known to end: only a checksum tells. */
  end?: number;
  /** A sentence without a full stop. */
  reason: string;
}

/** Damage that cutting the file's end repairs without losing a complete record. */
export function isRepairable(damage: AofDamage): boolean {
  return damage.kind === 'cut' || damage.kind === 'open-transaction' || damage.kind === 'zeros';
}

/** Unix seconds of a `#TS:` annotation, or null for any other. */
export function timeOfAnnotation(annotation: string): number | null {
  const time = /^#TS:(\d+)\r\n$/.exec(annotation);
  return time === null ? null : Number(time[1]);
}
