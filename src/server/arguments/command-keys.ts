import { parseInteger } from '../../bytes/integer.js';
import type { Request } from '../../protocol/request.js';
import type { Command, KeySpec } from '../commands/command.js';

/** Argument indexes of the keys of a request, or null when its arguments are wrong. */
export function keysOf(command: Command, request: Request): number[] | null {
  const { getKeys, keys = [] } = command.spec;
  if (getKeys !== undefined) return getKeys(request);
  const found: number[] = [];
  for (const spec of keys) {
    const positions = positionsOf(spec, request);
    if (positions === null) return null;
    found.push(...positions);
  }
  return found;
}

/** As `keysOf`, with the flags of each key's spec. */
export function keysWithFlags(command: Command, request: Request): { at: number; flags: string }[] | null {
  const { getKeys, keys = [] } = command.spec;
  if (getKeys !== undefined) {
    const flags = (at: number): string => specOf(keys, at)!.flags.replace(' INCOMPLETE', '');
    return getKeys(request)?.map((at) => ({ at, flags: flags(at) })) ?? null;
  }
  const found: { at: number; flags: string }[] = [];
  for (const spec of keys) {
    const positions = positionsOf(spec, request);
    if (positions === null) return null;
    const flags = spec.flags.includes('VARIABLE_FLAGS') ? variableFlags(command, request, spec) : spec.flags;
    for (const at of positions) found.push({ at, flags });
  }
  return found;
}

/** The spec that names the place of a key, else the last one: that of a key which may stand anywhere. */
/** A key that no range begins with (the STORE of SORT) is of the last kind. */
function specOf(keys: readonly KeySpec[], at: number): KeySpec | undefined {
  return keys.find(({ find }) => find.kind === 'range' && find.first === at) ?? keys.at(-1);
}

/** What a command does to its key where that depends on its options. */
function variableFlags(command: Command, request: Request, spec: KeySpec): string {
  const options = request.strings(2).map((word) => word.toLowerCase());
  if (command.spec.name === 'set') {
    const reads = ['get', 'ifeq', 'ifne', 'ifdeq', 'ifdne'].some((word) => options.includes(word, 1));
    return reads ? 'RW ACCESS UPDATE' : 'OW UPDATE';
  }
  if (command.spec.name === 'bitfield') {
    return options.includes('set') || options.includes('incrby') ? 'RW ACCESS UPDATE' : 'RO ACCESS';
  }
  return spec.flags.replace(' VARIABLE_FLAGS', '');
}

function positionsOf({ find, flags }: KeySpec, request: Request): number[] | null {
  if (flags.includes('NOT_KEY')) return [];
  const { count } = request;
  switch (find.kind) {
    case 'range': {
      const end = find.last >= 0 ? find.last : count + find.last;
      return range(find.first, limited(find.first, end, find.limit), find.step, count);
    }
    case 'numkeys': {
      const keys = find.at < count ? parseInteger(request.arg(find.at)) : NaN;
      if (!(keys >= 0)) return null;
      const step = find.step ?? 1;
      const first = find.at + (find.first ?? 1);
      const end = first + (keys - 1) * step;
      return end < count ? range(first, end, step, count) : null;
    }
    case 'keyword': {
      const at = keywordAt(request, find.word.toLowerCase(), find.from);
      if (at < 0) return [];
      const last = find.last ?? 0;
      const end = last >= 0 ? at + 1 + last : count + last;
      return range(at + 1, limited(at + 1, end, find.limit), find.step ?? 1, count);
    }
    case 'unknown':
      return [];
  }
}

/** The last key where only the first part of the arguments holds keys: a half of them for a `limit` of 2. */
function limited(first: number, end: number, limit = 0): number {
  return limit <= 1 ? end : first + Math.floor((end - first + 1) / limit) - 1;
}

function range(first: number, end: number, step: number, count: number): number[] {
  const positions: number[] = [];
  for (let at = first; at <= end && at < count; at += step) positions.push(at);
  return positions;
}

/** Where `word` stands; a negative `from` counts from the end, backwards. */
function keywordAt(request: Request, word: string, from: number): number {
  const step = from < 0 ? -1 : 1;
  const start = from < 0 ? request.count + from : from;
  for (let at = start; at >= 1 && at < request.count; at += step) if (request.is(at, word)) return at;
  return -1;
}
