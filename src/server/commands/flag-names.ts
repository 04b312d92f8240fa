import { type Command, Flag, type Group } from './command.js';

/** Flags in the order in which COMMAND INFO shows them. */
const FLAG_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [Flag.WRITE, 'write'],
  [Flag.READONLY, 'readonly'],
  [Flag.DENYOOM, 'denyoom'],
  [Flag.ADMIN, 'admin'],
  [Flag.PUBSUB, 'pubsub'],
  [Flag.NOSCRIPT, 'noscript'],
  [Flag.BLOCKING, 'blocking'],
  [Flag.LOADING, 'loading'],
  [Flag.STALE, 'stale'],
  [Flag.SKIP_MONITOR, 'skip_monitor'],
  [Flag.SKIP_SLOWLOG, 'skip_slowlog'],
  [Flag.ASKING, 'asking'],
  [Flag.FAST, 'fast'],
  [Flag.NO_AUTH, 'no_auth'],
  [Flag.NO_ASYNC_LOADING, 'no_async_loading'],
  [Flag.NO_MULTI, 'no_multi'],
  [Flag.MOVABLEKEYS, 'movablekeys'],
  [Flag.ALLOW_BUSY, 'allow_busy'],
];

export function flagNames(command: Command): string[] {
  const flags = hasMovableKeys(command) ? command.flags | Flag.MOVABLEKEYS : command.flags;
  return FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
}

/** True when no range of positions tells all keys. */
function hasMovableKeys({ spec }: Command): boolean {
  const specs = spec.keys ?? [];
  return (
    spec.getKeys !== undefined ||
    specs.some(({ find, flags }) => find.kind !== 'range' || flags.includes('INCOMPLETE'))
  );
}

/** ACL categories in the order in which Redis shows them. */
export const CATEGORIES = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
] as const;

/** Groups whose commands form a category, with its name. */
const GROUP_CATEGORIES: Readonly<Partial<Record<Group, string>>> = {
  generic: 'keyspace',
  string: 'string',
  list: 'list',
  set: 'set',
  'sorted-set': 'sortedset',
  hash: 'hash',
  transactions: 'transaction',
  connection: 'connection',
  scripting: 'scripting',
  hyperloglog: 'hyperloglog',
  geo: 'geo',
  stream: 'stream',
  bitmap: 'bitmap',
};

/** The ACL categories of a command, without '@'. */
export function categoriesOf({ flags, spec }: Command): string[] {
  const found = new Set<string>(spec.categories);
  if ((flags & Flag.WRITE) !== 0) found.add('write');
  if ((flags & Flag.READONLY) !== 0 && spec.group !== 'scripting') found.add('read');
  if ((flags & Flag.ADMIN) !== 0) found.add('admin').add('dangerous');
  if ((flags & Flag.DANGEROUS) !== 0) found.add('dangerous');
  if ((flags & Flag.PUBSUB) !== 0) found.add('pubsub');
  if ((flags & Flag.BLOCKING) !== 0) found.add('blocking');
  found.add((flags & Flag.FAST) !== 0 ? 'fast' : 'slow');
  const own = GROUP_CATEGORIES[spec.group];
  // A container is in no group's category: its subcommands are.
  if (own === undefined || spec.handler === undefined) return inOrder(found);
  // A generic command that names the types it is about is in their categories instead.
  if (own !== 'keyspace' || spec.categories === undefined) found.add(own);
  return inOrder(found);
}

function inOrder(found: ReadonlySet<string>): string[] {
  return CATEGORIES.filter((category) => found.has(category));
}

/** `RO access`: the words of a key spec's flags as COMMAND shows them. */
export function keyFlagWords(flags: string): string[] {
  return flags.split(' ').map((word) => (/^(RO|RW|OW|RM)$/.test(word) ? word : word.toLowerCase()));
}
