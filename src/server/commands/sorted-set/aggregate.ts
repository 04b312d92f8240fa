import { Bytes } from '../../../bytes/bytes.js';
import { ScoredMembers } from '../../../storage/types/scored-members.js';
import type { AggregateSource } from './aggregate-source.js';

export const AGGREGATES = ['sum', 'min', 'max'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

const view = new Bytes(new Uint8Array(0));

/** The members of any source; scores are weighted and aggregated. */
export function union(sources: readonly AggregateSource[], aggregate: Aggregate): ScoredMembers {
  const result = new ScoredMembers();
  const places = new Map<string, number>();
  for (const source of bySize(sources)) {
    source.forEach((member, own) => {
      const score = weighted(own, source);
      const name = member.toString();
      const place = places.get(name);
      if (place === undefined) {
        places.set(name, result.size);
        result.add(member, score);
      } else result.setScore(place, aggregated(aggregate, result.score(place), score));
      return true;
    });
  }
  return result;
}

/** The members of all sources, `limit` at most (0: no limit). */
export function intersection(
  sources: readonly AggregateSource[],
  aggregate: Aggregate,
  limit = 0,
): ScoredMembers {
  const result = new ScoredMembers();
  const [smallest, ...others] = bySize(sources) as [AggregateSource, ...AggregateSource[]];
  smallest.forEach((member, own) => {
    let score = weighted(own, smallest);
    for (const other of others) {
      // A window cannot look up while it is walked; the same key has the same score anyway.
      const found = other.ref === smallest.ref ? own : other.find(member);
      if (Number.isNaN(found)) return true;
      score = aggregated(aggregate, score, found * other.weight);
    }
    result.add(member, score);
    return limit === 0 || result.size < limit;
  });
  return result;
}

/** The members of the first source that no other one has. */
export function difference(sources: readonly AggregateSource[]): ScoredMembers {
  const result = new ScoredMembers();
  const [first, ...others] = sources as [AggregateSource, ...AggregateSource[]];
  if (others.some((other) => other.ref === first.ref)) return result;
  first.forEach((member, score) => {
    if (!others.some((other) => !Number.isNaN(other.find(member)))) result.add(member, score);
    return true;
  });
  return result;
}

/** The smallest first, as Redis goes: the order shows in the last digits of sums. */
function bySize(sources: readonly AggregateSource[]): AggregateSource[] {
  return [...sources].sort((a, b) => a.size - b.size);
}

/** 0 times an infinity is 0 (Redis's convention). */
function weighted(score: number, { weight }: AggregateSource): number {
  const product = score * weight;
  return Number.isNaN(product) ? 0 : product;
}

/** Infinities that cancel each other make 0 (Redis's convention). */
function aggregated(aggregate: Aggregate, a: number, b: number): number {
  switch (aggregate) {
    case 'sum': {
      const sum = a + b;
      return Number.isNaN(sum) ? 0 : sum;
    }
    case 'min':
      return b < a ? b : a;
    case 'max':
      return b > a ? b : a;
  }
}

/** Indexes of a result's members in the order of (score, member). */
export function inOrder(result: ScoredMembers): Uint32Array {
  const order = new Uint32Array(result.size);
  for (let i = 0; i < order.length; i++) order[i] = i;
  const names = Array.from(order, (index) => result.member(index, view).toString());
  return order.sort((a, b) => {
    const difference = result.score(a) - result.score(b);
    if (difference > 0 || difference < 0) return difference;
    // Equal infinities differ by NaN.
    if (result.score(a) !== result.score(b)) return result.score(a) < result.score(b) ? -1 : 1;
    return names[a]! < names[b]! ? -1 : 1;
  });
}
