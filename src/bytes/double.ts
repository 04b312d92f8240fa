/**
 * A double as Redis prints it in replies and stores it: 17 significant digits as C's `%.17g` writes them, integers
 * without a fraction, `inf`, `-inf` and `nan`.
 */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e17) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return formatG17(value);
}

/** C's `%.17g`. */
export function formatG17(value: number): string {
  const [mantissa = '', exponentText = '0'] = value.toExponential(16).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 17) {
    const sign = exponent < 0 ? '-' : '+';
    return `${trimZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return trimZeros(value.toFixed(Math.min(100, 16 - exponent)));
}

function trimZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

/**
 * The bytes as a double the way Redis reads one (strtod over the whole argument: decimal, hex, `inf`, `infinity`; no
 * spaces), or NaN for anything else, `nan` included.
 */
export function parseDouble(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const hex = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?$/i.exec(text);
  if (hex === null) return NaN;
  const [, sign, whole = '', fraction = '', exponent = '0'] = hex;
  if (whole.length + fraction.length === 0) return NaN;
  const value = parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}
