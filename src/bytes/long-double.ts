/**
 * The 80-bit floating point numbers of x86 (`long double`), in which Redis computes INCRBYFLOAT and HINCRBYFLOAT: 64 bits
 * of mantissa, so that 3.1 + 0.1 prints as 3.2. Exact integer arithmetic, then one rounding.
 */
export interface LongDouble {
  /** Signed; the value is `mantissa * 2 ** exponent`. */
  readonly mantissa: bigint;
  /** Infinity for the infinities, whose mantissa is 1 or -1. */
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
/** Exponent of the last bit of the smallest number. */
const EXPONENT_MIN = -16_445;
/** Numbers lie below 2 to this power. */
const POWER_MAX = 16_384;
/** Powers of ten beyond which a number is certainly too large, or too small to differ from 0. */
const DECIMAL_POWER_MAX = 5000;
/** Digits after the point that Redis prints. */
const FRACTION_DIGITS = 17;
/** Longer arguments are no numbers for Redis either. */
const TEXT_LENGTH_MAX = 5119;

const ZERO: LongDouble = { mantissa: 0n, exponent: 0 };

/** The number in a text as C's strtold reads it over its whole length, or null: no number, `nan`, or out of range. */
export function parseLongDouble(text: string): LongDouble | null {
  if (text.length > TEXT_LENGTH_MAX) return null;
  const match =
    /^([+-]?)(?:(inf(?:inity)?)|0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?|(\d*)\.?(\d*)(?:e([+-]?\d+))?)$/i.exec(
      text,
    );
  if (match === null) return null;
  const [, sign, infinity, hex, hexFraction = '', power = '0', whole = '', fraction = '', exponent = '0'] =
    match;
  const value =
    infinity !== undefined
      ? { mantissa: 1n, exponent: Infinity }
      : hex !== undefined
        ? fromHex(hex, hexFraction, Number(power))
        : fromDecimal(whole, fraction, Number(exponent));
  if (value === null) return null;
  return sign === '-' ? { mantissa: -value.mantissa, exponent: value.exponent } : value;
}

function fromHex(whole: string, fraction: string, power: number): LongDouble | null {
  const digits = whole + fraction;
  if (digits === '') return null;
  const mantissa = BigInt(`0x${digits}`);
  if (mantissa === 0n) return ZERO;
  const exponent = power - 4 * fraction.length;
  if (Math.abs(exponent) > 10 * DECIMAL_POWER_MAX) return null;
  return inRange(
    exponent >= 0 ? rounded(mantissa << BigInt(exponent), 1n) : rounded(mantissa, 1n << BigInt(-exponent)),
  );
}

function fromDecimal(whole: string, fraction: string, power: number): LongDouble | null {
  const digits = whole + fraction;
  if (digits === '') return null;
  const mantissa = BigInt(digits);
  if (mantissa === 0n) return ZERO;
  const exponent = power - fraction.length;
  if (Math.abs(exponent + digits.length) > DECIMAL_POWER_MAX + TEXT_LENGTH_MAX) return null;
  const scale = 10n ** BigInt(Math.abs(exponent));
  return inRange(exponent >= 0 ? rounded(mantissa * scale, 1n) : rounded(mantissa, scale));
}

/** Null for what strtold calls a range error: what became infinite, or 0. */
function inRange(value: LongDouble): LongDouble | null {
  return value.exponent === Infinity || value.mantissa === 0n ? null : value;
}

export function isFinite(value: LongDouble): boolean {
  return value.exponent !== Infinity;
}

/** The sum; of opposite infinities an infinity, which callers refuse like the NaN it would be. */
export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble {
  if (!isFinite(a)) return a;
  if (!isFinite(b)) return b;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  return exponent >= 0 ? rounded(sum << BigInt(exponent), 1n) : rounded(sum, 1n << BigInt(-exponent));
}

/** The nearest number to a fraction; to the even one of two. */
function rounded(numerator: bigint, denominator: bigint): LongDouble {
  const magnitude = numerator < 0n ? -numerator : numerator;
  if (magnitude === 0n) return ZERO;
  let shift = MANTISSA_BITS - (bitLength(magnitude) - bitLength(denominator));
  if (bitLength(scaled(magnitude, shift) / scaled(denominator, -shift)) > MANTISSA_BITS) shift--;
  shift = Math.min(shift, -EXPONENT_MIN);
  const mantissa = divideToEven(scaled(magnitude, shift), scaled(denominator, -shift));
  if (bitLength(mantissa) - shift > POWER_MAX)
    return { mantissa: numerator < 0n ? -1n : 1n, exponent: Infinity };
  return { mantissa: numerator < 0n ? -mantissa : mantissa, exponent: -shift };
}

/** `value * 2 ** shift`, where that is more than `value`. */
function scaled(value: bigint, shift: number): bigint {
  return shift > 0 ? value << BigInt(shift) : value;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator - quotient * denominator);
  const up = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

/** A finite number with at most 17 digits after the point, no zeros at the end, never an exponent. */
export function formatLongDouble(value: LongDouble): string {
  const magnitude = value.mantissa < 0n ? -value.mantissa : value.mantissa;
  const scale = 10n ** BigInt(FRACTION_DIGITS);
  const units =
    value.exponent >= 0
      ? (magnitude << BigInt(value.exponent)) * scale
      : divideToEven(magnitude * scale, 1n << BigInt(-value.exponent));
  const digits = units.toString().padStart(FRACTION_DIGITS + 1, '0');
  const whole = digits.slice(0, -FRACTION_DIGITS);
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return value.mantissa < 0n && text !== '0' ? `-${text}` : text;
}
