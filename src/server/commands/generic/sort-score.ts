import { parseDouble } from '../../../bytes/double.js';

/**
 * A number as SORT reads it, by C's strtod: up to a zero byte, spaces before it are skipped, nothing at all is 0. NaN where Redis refuses:
 * other characters, `nan`, and what does not fit a double.
 */
export function scoreOf(value: string): number {
  const end = value.indexOf('\0');
  const given = end < 0 ? value : value.slice(0, end);
  const text = given.replace(/^[ \t\n\v\f\r]+/, '');
  if (text === '') return given === '' ? 0 : NaN;
  const score = parseDouble(text);
  if (Math.abs(score) === Infinity && !/inf/i.test(text)) return NaN;
  return score;
}
