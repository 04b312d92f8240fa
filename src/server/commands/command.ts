/*
 * A Redis command is what a client sends. (What a person types in a shell, an oclif command, lives in src/commands.)
 *
 * One record says everything about a command; COMMAND, COMMAND DOCS, GETKEYS, arity and flag checks, ACL categories,
 * cluster slots, AOF propagation, the fuzzer, the CLI's hints and docs/commands.md all derive from it.
 */
import type { Request } from '../../protocol/request.js';
import type { LatencyHistogram } from '../info/latency-histogram.js';
import type { Session } from '../clients/session.js';

/** Bits of `Command.flags`; the names of COMMAND INFO, and a few of our own below. */
export const Flag = {
  WRITE: 1 << 0,
  READONLY: 1 << 1,
  DENYOOM: 1 << 2,
  ADMIN: 1 << 3,
  PUBSUB: 1 << 4,
  NOSCRIPT: 1 << 5,
  BLOCKING: 1 << 6,
  LOADING: 1 << 7,
  STALE: 1 << 8,
  SKIP_MONITOR: 1 << 9,
  SKIP_SLOWLOG: 1 << 10,
  ASKING: 1 << 11,
  FAST: 1 << 12,
  NO_AUTH: 1 << 13,
  MAY_REPLICATE: 1 << 14,
  NO_ASYNC_LOADING: 1 << 15,
  NO_MULTI: 1 << 16,
  ALLOW_BUSY: 1 << 17,
  MOVABLEKEYS: 1 << 18,
  // Not shown by COMMAND INFO:
  /** ACL category @dangerous beside the ADMIN ones. */
  DANGEROUS: 1 << 20,
  /** Runs at once inside MULTI instead of being queued (EXEC, DISCARD, WATCH, MULTI, RESET, QUIT). */
  IN_MULTI: 1 << 21,
  /** May run while a RESP2 client is subscribed. */
  SUBSCRIBER: 1 << 22,
  /** Time that depends on its arguments: it is timed by itself, not as part of its batch. */
  TIMED: 1 << 23,
  /** Every command has it. */
  ANY: 1 << 24,
} as const;

export type Group =
  | 'generic'
  | 'string'
  | 'list'
  | 'set'
  | 'sorted-set'
  | 'hash'
  | 'pubsub'
  | 'transactions'
  | 'connection'
  | 'server'
  | 'scripting'
  | 'hyperloglog'
  | 'cluster'
  | 'geo'
  | 'stream'
  | 'bitmap';

/** Access of a key spec, as COMMAND INFO names it, with what is done to the key's value. */
export interface KeySpec {
  /** RO, RW, OW or RM, then any of ACCESS UPDATE INSERT DELETE, NOT_KEY INCOMPLETE VARIABLE_FLAGS. */
  readonly flags: string;
  /** Why, where the flags alone would surprise. */
  readonly notes?: string;
  readonly find:
    | {
        readonly kind: 'range';
        readonly first: number;
        readonly last: number;
        readonly step: number;
        readonly limit?: number;
      }
    | { readonly kind: 'numkeys'; readonly at: number; readonly first?: number; readonly step?: number }
    | {
        readonly kind: 'keyword';
        readonly word: string;
        readonly from: number;
        readonly last?: number;
        readonly step?: number;
        readonly limit?: number;
      }
    | { readonly kind: 'unknown' };
}

export type Handler = (session: Session, request: Request) => void;

/** What a command declares. `CommandTable` turns it into a `Command`. */
export interface CommandSpec {
  /** Lower case. A subcommand has its own name only (`set` in CONFIG SET). */
  readonly name: string;
  readonly group: Group;
  /** In our own words. */
  readonly summary: string;
  readonly since: string;
  readonly complexity: string;
  /** Arguments in Redis's notation: `key [NX | XX] [EX seconds | PX milliseconds]`; '' for none. */
  readonly syntax: string;
  /** Number of arguments with the name (and, for a subcommand, its container's name); negative means "at least". */
  readonly arity: number;
  /** Bits of `Flag`. */
  readonly flags: number;
  readonly keys?: readonly KeySpec[];
  /** The first argument that is a member or field of what the first key holds: a batch looks it up ahead. */
  readonly member?: number;
  /** That member's rank in a sorted set is found ahead as well. */
  readonly ranked?: boolean;
  /** Key positions that no key spec can tell: argument indexes, or null when the arguments are wrong. */
  readonly getKeys?: (request: Request) => number[] | null;
  /** ACL categories beside those that follow from flags and group, without '@'. */
  readonly categories?: readonly string[];
  /** COMMAND INFO tips, e.g. `nondeterministic_output`. */
  readonly tips?: readonly string[];
  readonly history?: readonly (readonly [since: string, change: string])[];
  readonly deprecated?: { readonly since: string; readonly replacedBy: string };
  /** For those who work on servers, not for applications. */
  readonly internal?: true;
  readonly subcommands?: readonly CommandSpec[];
  /** Missing only where every use has a subcommand. */
  readonly handler?: Handler;
}

/** A command as the server runs it: its declaration, what derives from it, and its counters. */
export class Command {
  /** `config|set` for subcommands. */
  readonly fullName: string;
  readonly nameBytes: Uint8Array;
  readonly arity: number;
  readonly flags: number;
  readonly handler: Handler | undefined;
  readonly subcommands = new Map<string, Command>();
  readonly isContainer: boolean;
  /** The first key of the first range spec with a fixed place, or 0: what a batch can look up ahead. */
  readonly firstKey: number;
  /** `CommandSpec.member`, or 0. */
  readonly member: number;
  readonly ranked: boolean;

  /** Counters for INFO commandstats. */
  calls = 0;
  microseconds = 0;
  rejectedCalls = 0;
  failedCalls = 0;
  /** Times of its calls, once it has been called while `latency-tracking` is on. */
  latency: LatencyHistogram | null = null;

  constructor(
    readonly spec: CommandSpec,
    readonly container: Command | null,
  ) {
    this.fullName = container === null ? spec.name : `${container.fullName}|${spec.name}`;
    this.nameBytes = Buffer.from(spec.name, 'latin1');
    this.arity = spec.arity;
    this.handler = spec.handler;
    const find = spec.keys?.[0]?.find;
    this.firstKey = find?.kind === 'range' ? find.first : 0;
    this.member = spec.member ?? 0;
    this.ranked = spec.ranked ?? false;
    this.isContainer = (spec.subcommands ?? []).length > 0;
    // A batch shares its time among the commands it has found, which are containers where subcommands are meant.
    const timed = this.isContainer || container !== null ? Flag.TIMED : 0;
    this.flags = spec.flags | Flag.ANY | timed;
    for (const subcommand of spec.subcommands ?? []) {
      this.subcommands.set(subcommand.name, new Command(subcommand, this));
    }
  }

  /** True when a request of `count` arguments may be run. */
  accepts(count: number): boolean {
    return this.arity >= 0 ? count === this.arity : count >= -this.arity;
  }
}

/** One key at argument `at`. */
export function key(flags: string, at = 1, notes?: string): KeySpec {
  const find = { kind: 'range', first: at, last: at, step: 1 } as const;
  return notes === undefined ? { flags, find } : { flags, notes, find };
}

/** Keys from argument `first` to `last` (negative: from the end), every `step` arguments. */
export function keys(flags: string, first = 1, last = -1, step = 1): KeySpec {
  return { flags, find: { kind: 'range', first, last, step } };
}

/** As many keys as argument `at` says, standing behind it. */
export function numkeys(flags: string, at: number): KeySpec {
  return { flags, find: { kind: 'numkeys', at } };
}
