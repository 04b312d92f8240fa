/**
 * Glob matching as Redis does it for KEYS, SCAN, CONFIG GET and patterns of channels: `*`, `?`, `[abc]`, `[^a]`,
 * `[a-z]`, `\` before a literal. Strings of one character per byte. Linear in the length of `text` for each star: a
 * pattern of many stars cannot make it exponential.
 */
export function globMatches(pattern: string, text: string, ignoreCase = false): boolean {
  return ignoreCase ? match(pattern.toLowerCase(), text.toLowerCase()) : match(pattern, text);
}

/** As Redis, which gives up at this depth: patterns of more stars match nothing that needs them all. */
const STARS_MAX = 1000;

function match(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  // Where to go on when the rest does not match: the last star, and what it would swallow next.
  let starAt = -1;
  let starText = 0;
  let stars = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern.charAt(p) === '*') {
      while (pattern.charAt(p + 1) === '*') p++;
      if (p + 1 === pattern.length) return true;
      if (++stars > STARS_MAX) return false;
      starAt = p++;
      starText = t;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, text.charAt(t)) : -1;
    if (next >= 0) {
      p = next;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++starText;
    } else return false;
  }
  while (pattern.charAt(p) === '*') p++;
  return p >= pattern.length;
}

/** Where the pattern goes on after matching one character, or -1. */
function matchOne(pattern: string, at: number, char: string): number {
  switch (pattern.charAt(at)) {
    case '?':
      return at + 1;
    case '[':
      return matchClass(pattern, at + 1, char);
    case '\\':
      if (at + 1 < pattern.length) return pattern.charAt(at + 1) === char ? at + 2 : -1;
      return char === '\\' ? at + 1 : -1;
    default:
      return pattern.charAt(at) === char ? at + 1 : -1;
  }
}

/** A class that is not closed ends with the pattern, as in Redis. */
function matchClass(pattern: string, start: number, char: string): number {
  let at = start;
  const negated = pattern.charAt(at) === '^';
  if (negated) at++;
  let found = false;
  while (at < pattern.length && pattern.charAt(at) !== ']') {
    if (pattern.charAt(at) === '\\' && at + 1 < pattern.length) {
      if (pattern.charAt(at + 1) === char) found = true;
      at += 2;
    } else if (pattern.charAt(at + 1) === '-' && at + 2 < pattern.length) {
      const [low, high] = [pattern.charAt(at), pattern.charAt(at + 2)].sort() as [string, string];
      if (char >= low && char <= high) found = true;
      at += 3;
    } else {
      if (pattern.charAt(at) === char) found = true;
      at++;
    }
  }
  if (found === negated) return -1;
  return Math.min(at + 1, pattern.length);
}
