import type { RandomSource } from './random-source.js';

/** Which of the keys 0 … `keys` - 1 the next request uses. */
export type KeyDistribution =
  | { readonly kind: 'uniform' }
  /** 0, 1, 2, … and round again; thread t of n takes t, t + n, t + 2n, … */
  | { readonly kind: 'sequential' }
  /** Key k is drawn in proportion to 1 / (k + 1)^theta. */
  | { readonly kind: 'zipf'; readonly theta: number }
  /** `hotRequests` of the requests go to `hotKeys` of the keys, both as fractions. */
  | { readonly kind: 'hot'; readonly hotKeys: number; readonly hotRequests: number };

export type DrawKey = () => number;

/**
 * Reads `uniform`, `sequential`, `zipf`, `zipf:0.8`, `hot:10:90` (10 % of the keys get 90 % of the requests).
 * Throws an Error that names the text when it is none of these.
 */
export function parseKeyDistribution(text: string): KeyDistribution {
  const [kind, ...numbers] = text.toLowerCase().split(':');
  const [first, second] = numbers.map(Number);
  if (kind === 'uniform' && numbers.length === 0) return { kind };
  if (kind === 'sequential' && numbers.length === 0) return { kind };
  if (kind === 'zipf' && numbers.length <= 1) {
    const theta = numbers.length === 0 ? 0.99 : (first ?? NaN);
    if (theta > 0 && theta < 1) return { kind, theta };
  }
  if (kind === 'hot' && numbers.length === 2) {
    const hotKeys = (first ?? NaN) / 100;
    const hotRequests = (second ?? NaN) / 100;
    if (hotKeys > 0 && hotKeys <= 1 && hotRequests > 0 && hotRequests <= 1)
      return { kind, hotKeys, hotRequests };
  }
  throw new Error(
    `key distribution '${text}' is none of: uniform, sequential, zipf[:theta between 0 and 1], hot:KEYS%:REQUESTS%`,
  );
}

/** A drawing function for one thread of `threads`. Building a zipf one costs a pass over all keys (10M: about 0.5 s). */
export function keyDrawer(
  distribution: KeyDistribution,
  keys: number,
  random: RandomSource,
  thread = 0,
  threads = 1,
): DrawKey {
  if (keys <= 1) return () => 0;
  switch (distribution.kind) {
    case 'uniform':
      return () => Math.floor(random.fraction() * keys);
    case 'sequential': {
      let next = thread % keys;
      return () => {
        const key = next;
        next += threads;
        if (next >= keys) next = (next - keys + threads) % threads;
        return key;
      };
    }
    case 'hot': {
      const hot = Math.max(1, Math.round(keys * distribution.hotKeys));
      const { hotRequests } = distribution;
      if (hot >= keys) return () => Math.floor(random.fraction() * keys);
      return () =>
        random.fraction() < hotRequests
          ? Math.floor(random.fraction() * hot)
          : hot + Math.floor(random.fraction() * (keys - hot));
    }
    case 'zipf':
      return zipfDrawer(distribution.theta, keys, random);
  }
}

/** Gray et al., "Quickly generating billion-record synthetic databases" (SIGMOD 1994), as YCSB uses it. */
function zipfDrawer(theta: number, keys: number, random: RandomSource): DrawKey {
  let zeta = 0;
  for (let rank = 1; rank <= keys; rank++) zeta += rank ** -theta;
  const zeta2 = 1 + 2 ** -theta;
  const alpha = 1 / (1 - theta);
  const eta = (1 - (2 / keys) ** (1 - theta)) / (1 - zeta2 / zeta);
  return () => {
    const u = random.fraction();
    const uz = u * zeta;
    if (uz < 1) return 0;
    if (uz < zeta2) return 1;
    return Math.min(keys - 1, Math.floor(keys * (eta * u - eta + 1) ** alpha));
  };
}
