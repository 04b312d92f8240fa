import { parseDouble } from '../../../bytes/double.js';

/**
 * A number as SORT reads it, by C's strtod: spaces before it are skipped, nothing at all is 0. NaN where Redis refuses:
 * other characters, `nan`, and what does not fit a double.
 */
export function scoreOf(value: string): number {
  const text = value.replace(/^[ \t\n\v\f\r]+/, '');
  if (text === '') return value === '' ? 0 : NaN;
  const score = parseDouble(text);
  if (Math.abs(score) === Infinity && !/inf/i.test(text)) return NaN;
  return score;
}
