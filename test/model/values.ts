import type { Reply } from './replies.js';
import type { StreamModel } from './stream-model.js';

/** An expire time that is so near that it has passed once `settle` is called. Any other is far away. */
export const SOON = 1_000_000_000;
/** Times up to here have passed. */
export const PAST = 1_000_000;
export const NEVER = Infinity;

export interface StringValue {
  readonly kind: 'string';
  text: string;
  at: number;
}

export interface Field {
  value: string;
  at: number;
}

export interface HashValue {
  readonly kind: 'hash';
  readonly fields: Map<string, Field>;
}

export type Value = StringValue | HashValue | StreamModel;

/** Keys with what they hold. */
export type Keys = Map<string, Value>;
/** Commands by name: what each does with its arguments, and replies. */
export type Commands = Readonly<Record<string, (args: string[]) => Reply>>;

/** What EX, PX, EXAT or PXAT says; a time from now on is soon. */
export function expiryOf(options: readonly string[]): number {
  const after = (word: string): string | undefined =>
    options.includes(word) ? options[options.indexOf(word) + 1] : undefined;
  if (after('PX') !== undefined) return SOON;
  return Number(after('PXAT') ?? Number(after('EXAT') ?? NEVER) * 1000);
}
