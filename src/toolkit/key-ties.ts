import { KeyHash } from '../bytes/hash.js';
import type { AofSet } from '../persistence/toolkit/aof-set.js';
import { walkFile } from '../persistence/toolkit/aof-walk.js';
import { NULL_VISITOR } from '../persistence/toolkit/null-visitor.js';
import type { Progress } from '../persistence/toolkit/progress.js';
import type { Request } from '../protocol/request.js';
import type { RequestKeys } from './request-keys.js';

const PLACE_BITS = 20;
/** Keys are told apart by their hashes, in so many places. */
export const PLACES = 1 << PLACE_BITS;
/** Keys that begin alike have one place. */
const KEY_BYTES = 1024;
/** Types of values in an RDB file from this one on are those of Redis 7.4: hashes whose fields have expire times. */
const FIELD_EXPIRE_TYPE_MIN = 22;
/** These work on each of their keys by itself. */
const APART = new Set(['del', 'unlink', 'mset', 'touch', 'exists']);

/**
 * Which keys must be loaded together, because some command works on several of them (RENAME, SUNIONSTORE, LMOVE): their
 * places are tied. 4 MB, however many keys there are.
 */
export class KeyTies {
  /** Some command gives fields of a hash an expire time. */
  fieldTimes = false;
  private readonly hash = new KeyHash(0x2545f491);
  private readonly parents = Int32Array.from({ length: PLACES }, (_, place) => place);

  constructor(private readonly keys: RequestKeys) {}

  /** Reads the sets up to their end, or the first damage. */
  static async of(
    sets: readonly AofSet[],
    keys: RequestKeys,
    progressOf: (set: AofSet) => Progress,
  ): Promise<KeyTies> {
    const ties = new KeyTies(keys);
    for (const set of sets) {
      const progress = progressOf(set);
      for (const file of set.files) {
        await walkFile(
          file.path,
          {
            snapshot: {
              ...NULL_VISITOR,
              hashField: (_field, _value, expireAtMs) => {
                if (expireAtMs >= 0) ties.fieldTimes = true;
              },
            },
            record: ({ request }) => {
              ties.take(request);
            },
            annotation: () => undefined,
            progress: (offset) => progress(file, offset),
          },
          { checksums: false, argumentBytesMax: KEY_BYTES },
        );
      }
    }
    return ties;
  }

  private take(request: Request): void {
    if (mayGiveFieldsTimes(request)) this.fieldTimes = true;
    if (readsOtherKeys(request)) return this.tieAll();
    const keys = this.keys.of(request);
    if (keys.length < 2 || worksApart(request)) return;
    const first = this.place(request, keys[0]!);
    for (const index of keys) this.tie(first, this.place(request, index));
  }

  /** Keys of tied places have the same. */
  placeOf(buffer: Uint8Array, offset: number, length: number): number {
    return this.root(this.hashPlace(buffer, offset, length));
  }

  private place(request: Request, index: number): number {
    return this.hashPlace(request.buffer, request.offset(index), request.length(index));
  }

  private hashPlace(buffer: Uint8Array, offset: number, length: number): number {
    return this.hash.compute(buffer, offset, Math.min(length, KEY_BYTES)) >>> (32 - PLACE_BITS);
  }

  private root(place: number): number {
    const { parents } = this;
    let at = place;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  }

  private tie(a: number, b: number): void {
    const [first, second] = [this.root(a), this.root(b)];
    this.parents[Math.max(first, second)] = Math.min(first, second);
  }

  private tieAll(): void {
    this.parents.fill(0);
  }
}

/** True for a command that can be run key by key. */
export function worksApart(request: Request): boolean {
  return request.length(0) <= 6 && APART.has(request.word(0));
}

/** SORT with a pattern reads keys that it does not name. */
function readsOtherKeys(request: Request): boolean {
  if (request.length(0) !== 4 || !request.is(0, 'sort')) return false;
  for (let i = 2; i < request.count; i++) if (request.is(i, 'by') || request.is(i, 'get')) return true;
  return false;
}

function mayGiveFieldsTimes(request: Request): boolean {
  if (request.length(0) < 6) return false;
  if (request.is(0, 'restore')) {
    return request.count > 3 && request.buffer[request.offset(3)]! >= FIELD_EXPIRE_TYPE_MIN;
  }
  return (
    request.is(0, 'hexpire') ||
    request.is(0, 'hpexpire') ||
    request.is(0, 'hexpireat') ||
    request.is(0, 'hpexpireat') ||
    request.is(0, 'hsetex') ||
    request.is(0, 'hgetex')
  );
}
