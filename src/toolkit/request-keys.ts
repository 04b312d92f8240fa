import { quoteArgument } from '../persistence/toolkit/describe-command.js';
import type { Request } from '../protocol/request.js';
import { type Command, Flag, type Group, type KeySpec } from '../server/commands/command.js';
import { COMMANDS } from '../server/commands/list.js';
import { CommandTable } from '../server/commands/table.js';

/** Tells which arguments of a request are keys, from the declarations of the commands. */
export class RequestKeys {
  private readonly table = new CommandTable(COMMANDS);

  /** The command, or undefined for one that is not known here. */
  command(request: Request): Command | undefined {
    const found = this.table.find(request);
    if (found === undefined || found.subcommands.size === 0 || request.count < 2) return found;
    return found.subcommands.get(request.word(1)) ?? found;
  }

  /** Indexes of the arguments that are keys. Of a command that is not known, the first argument is taken for one. */
  of(request: Request): readonly number[] {
    const command = this.command(request);
    if (command === undefined) return keysOfOther(request);
    const { keys = [], getKeys } = command.spec;
    if (getKeys !== undefined) return getKeys(request) ?? [];
    if (keys.length === 1 && keys[0]!.find.kind === 'range' && keys[0]!.find.first === keys[0]!.find.last) {
      return keys[0]!.find.first < request.count ? SINGLE[keys[0]!.find.first]! : [];
    }
    return keys.flatMap((spec) => keysOfSpec(spec, request));
  }

  /**
   * True for a command on values of this type, and for those that fit any type (DEL, EXPIRE, FLUSHALL) or are not known
   * here: without them the keys would not be what they were.
   */
  fitsType(request: Request, type: ValueType): boolean {
    const group = this.command(request)?.spec.group;
    const own = group === undefined ? undefined : TYPES[group];
    return own === undefined || own === type;
  }

  /**
   * Why a server would not run this command, whatever its data: nobody has such a command, or it has not that many
   * arguments. Names with a dot are commands of modules, which nobody here knows.
   */
  objection(request: Request): string | null {
    const command = this.table.find(request);
    const name = request.string(0);
    if (command === undefined) {
      if (name.includes('.') || OTHER_COMMANDS.has(name.toLowerCase())) return null;
      return `there is no command ${quoteArgument(name.slice(0, 40))}`;
    }
    const { arity } = command;
    const fits = arity < 0 ? request.count >= -arity : request.count === arity;
    return fits ? null : `${name.toUpperCase()} does not take ${request.count - 1} arguments`;
  }

  /** True for a command that empties one database or all. */
  static empties(request: Request): boolean {
    return request.is(0, 'flushall') || request.is(0, 'flushdb');
  }

  isWrite(request: Request): boolean {
    const command = this.command(request);
    return command === undefined || (command.flags & Flag.WRITE) !== 0;
  }
}

/** Commands of Redis that may stand in an AOF and that this server does not have. */
const OTHER_COMMANDS = new Set([
  'function',
  'fcall',
  'eval',
  'evalsha',
  'script',
  'restore-asking',
  'publish',
  'spublish',
]);

const KEYLESS_COMMANDS = new Set(['function', 'script', 'publish', 'spublish']);
const SCRIPT_COMMANDS = new Set(['eval', 'evalsha', 'fcall']);

function keysOfOther(request: Request): readonly number[] {
  const name = request.word(0);
  if (KEYLESS_COMMANDS.has(name)) return [];
  if (!SCRIPT_COMMANDS.has(name)) return request.count > 1 ? [1] : [];
  const count = request.count > 2 ? Number(request.string(2)) : 0;
  return range(3, Math.min(2 + count, request.count - 1), 1);
}

export const VALUE_TYPES = ['string', 'list', 'set', 'zset', 'hash', 'stream'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** What the commands of a group work on; the other groups work on keys of any type. */
const TYPES: Readonly<Partial<Record<Group, ValueType>>> = {
  string: 'string',
  bitmap: 'string',
  hyperloglog: 'string',
  list: 'list',
  set: 'set',
  'sorted-set': 'zset',
  geo: 'zset',
  hash: 'hash',
  stream: 'stream',
};

/** Lists of one index each, so that the usual request allocates none. */
const SINGLE: readonly (readonly number[])[] = Array.from({ length: 16 }, (_, index) => [index]);

function keysOfSpec({ find }: KeySpec, request: Request): number[] {
  switch (find.kind) {
    case 'range': {
      const last = find.last < 0 ? request.count + find.last : find.last;
      return range(find.first, Math.min(last, request.count - 1), find.step);
    }
    case 'numkeys': {
      const count = Number(request.count > find.at ? request.string(find.at) : 0);
      const first = find.first ?? find.at + 1;
      const step = find.step ?? 1;
      return range(first, Math.min(first + (count - 1) * step, request.count - 1), step);
    }
    case 'keyword': {
      const at = keywordAt(request, find.word.toLowerCase(), Math.abs(find.from));
      if (at < 0) return [];
      const last =
        find.last === undefined || find.last < 0 ? request.count + (find.last ?? -1) : at + find.last;
      const behind =
        find.limit !== undefined && find.limit > 1 ? Math.floor((last - at) / find.limit) : last - at;
      return range(at + 1, Math.min(at + behind, request.count - 1), find.step ?? 1);
    }
    case 'unknown':
      return [];
  }
}

function keywordAt(request: Request, word: string, from: number): number {
  for (let i = from; i < request.count; i++) if (request.is(i, word)) return i;
  return -1;
}

function range(first: number, last: number, step: number): number[] {
  const indexes: number[] = [];
  for (let i = first; i <= last; i += step) indexes.push(i);
  return indexes;
}
