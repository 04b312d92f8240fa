import { INT64_MAX, INT64_MIN, parseInt64 } from '../../../bytes/integer.js';
import {
  addLongDoubles,
  formatLongDouble,
  isFinite,
  type LongDouble,
  parseLongDouble,
} from '../../../bytes/long-double.js';
import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';

/** Numbers of one kind, as INCREX counts with them. */
export interface Arithmetic<N> {
  readonly notNumber: string;
  /** What is wrong with an increment, a bound, …: follows the name of the argument. */
  readonly notArgument: string;
  readonly least: N;
  readonly greatest: N;
  parse(text: string): N | null;
  /** The number as it is stored and replied. */
  format(value: N): string;
  isFinite(value: N): boolean;
  /** May lie outside of what the type holds. */
  add(one: N, other: N): N;
  subtract(one: N, other: N): N;
  isLess(one: N, other: N): boolean;
}

export const INTEGERS: Arithmetic<bigint> = {
  notNumber: errors.NOT_INTEGER,
  notArgument: 'is not an integer or out of range',
  least: INT64_MIN,
  greatest: INT64_MAX,
  parse: (text) => parseInt64(Bytes.from(text)),
  format: (value) => value.toString(),
  isFinite: () => true,
  add: (one, other) => one + other,
  subtract: (one, other) => one - other,
  isLess: (one, other) => one < other,
};

/** The largest number of 80 bits. */
const LONG_DOUBLE_MAX: LongDouble = { mantissa: (1n << 64n) - 1n, exponent: 16_320 };

export const FLOATS: Arithmetic<LongDouble> = {
  notNumber: errors.NOT_FLOAT,
  notArgument: 'is not a valid float',
  least: negative(LONG_DOUBLE_MAX),
  greatest: LONG_DOUBLE_MAX,
  parse: parseLongDouble,
  format: formatLongDouble,
  isFinite,
  add: addLongDoubles,
  subtract: (one, other) => addLongDoubles(one, negative(other)),
  isLess: (one, other) => order(one) < order(other) || (order(one) === order(other) && isBelow(one, other)),
};

function negative(value: LongDouble): LongDouble {
  return { mantissa: -value.mantissa, exponent: value.exponent };
}

/** -1 and 1 for the infinities, 0 for what lies between. */
function order(value: LongDouble): number {
  return isFinite(value) ? 0 : value.mantissa < 0n ? -1 : 1;
}

function isBelow(one: LongDouble, other: LongDouble): boolean {
  return isFinite(one) && addLongDoubles(one, negative(other)).mantissa < 0n;
}
