/** Sampling a large part by drawing again what was drawn before would take ever longer; half is where it turns. */
const REDRAW_SHARE_MAX = 0.5;

/** `count` different numbers below `size`, in random order, each choice with the same chance. `random` gives [0, 1). */
export function randomIndexes(size: number, count: number, random: () => number): Iterable<number> {
  if (isLargeShare(count, size)) {
    const all = new Uint32Array(size);
    for (let i = 0; i < size; i++) all[i] = i;
    return shuffledHead(all, count, random);
  }
  return distinct(count, () => Math.floor(random() * size));
}

/** `count` different values of what `draw` gives. */
export function distinct(count: number, draw: () => number): Set<number> {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(draw());
  return drawn;
}

/** The first `count` elements of a random order of `all`, which is shuffled that far. */
export function shuffledHead<T extends Int32Array | Uint32Array>(
  all: T,
  count: number,
  random: () => number,
): T {
  for (let i = 0; i < count; i++) {
    const pick = i + Math.floor(random() * (all.length - i));
    const chosen = all[pick]!;
    all[pick] = all[i]!;
    all[i] = chosen;
  }
  return all.subarray(0, count) as T;
}

/** True when `count` of `size` are better taken from a list of all than drawn one by one. */
export function isLargeShare(count: number, size: number): boolean {
  return count > size * REDRAW_SHARE_MAX;
}
