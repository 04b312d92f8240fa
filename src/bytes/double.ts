import type { Bytes } from './bytes.js';

/**
 * A double as Redis prints it in replies and stores it: 17 significant digits as C's `%.17g` writes them, integers
 * without a fraction, `inf`, `-inf` and `nan`.
 */
export function formatDouble(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return formatG17(value);
}

/** C's `%.17g`: 17 significant digits without trailing zeros. */
export function formatG17(value: number): string {
  const [mantissa = '', exponentText = '0'] = value.toExponential(16).split('e');
  const exponent = Number(exponentText);
  const sign = value < 0 ? '-' : '';
  const rounded = roundedToEven(value, mantissa, exponent)
    .replace('-', '')
    .replace('.', '')
    .replace(/0+$/, '');
  if (exponent < -4 || exponent >= 17) {
    const fraction = rounded.length > 1 ? `.${rounded.slice(1)}` : '';
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${rounded.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${rounded}`;
  const whole = rounded.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = rounded.slice(exponent + 1);
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}

/**
 * C rounds what lies exactly in the middle to the even digit, JavaScript away from zero. A double lies in the middle of
 * 17 digits when it has exactly 18: when that many decimals are exactly its binary places.
 */
function roundedToEven(value: number, mantissa: string, exponent: number): string {
  const scaled = value * 2 ** (17 - exponent);
  if (!Number.isInteger(scaled) || scaled % 2 === 0) return mantissa;
  const truncated = value.toExponential(17).replace(/\de.*$/, '');
  return Number(truncated.at(-1)) % 2 === 0 ? truncated : mantissa;
}

/**
 * The text as a double the way Redis reads one (strtod over the whole argument: decimal, hex, `inf`, `infinity`; no
 * spaces), or NaN for anything else: `nan`, and what is too large or too small for a double.
 */
export function parseDouble(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) && (value !== 0 || !/^[^e]*[1-9]/i.test(text)) ? value : NaN;
  }
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const hex = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?$/i.exec(text);
  if (hex === null) return NaN;
  const [, sign, whole = '', fraction = '', exponent = '0'] = hex;
  if (whole.length + fraction.length === 0) return NaN;
  const value = parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

const POINT = 46;
const MINUS = 45;
/** Up to 15 digits are exact in a double, and so is their power of ten: the quotient is rounded once. */
const EXACT_DIGITS_MAX = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS_MAX + 1 }, (_, exponent) => 10 ** exponent);

/** As `parseDouble`. Plain decimals of up to 15 digits are read without making a string. */
export function readDouble(bytes: Bytes): number {
  const { buffer, offset, length } = bytes;
  const negative = length > 0 && buffer[offset] === MINUS;
  let at = negative ? offset + 1 : offset;
  const end = offset + length;
  if (at === end || end - at > EXACT_DIGITS_MAX + 1) return parseDouble(bytes.toString());
  let value = 0;
  let decimals = -1;
  for (; at < end; at++) {
    const byte = buffer[at]!;
    if (byte >= 48 && byte <= 57) {
      value = value * 10 + (byte - 48);
      if (decimals >= 0) decimals++;
    } else if (byte === POINT && decimals < 0) decimals = 0;
    else return parseDouble(bytes.toString());
  }
  if (decimals > 0) value /= POWERS_OF_TEN[decimals]!;
  else if (decimals === 0 || end - offset > EXACT_DIGITS_MAX) return parseDouble(bytes.toString());
  return negative ? -value : value;
}
