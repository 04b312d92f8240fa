import type { Argument, ArgumentType } from './syntax.js';

/** What a line of syntax cannot say about an argument. */
interface ArgumentFacts {
  readonly name?: string;
  readonly type?: ArgumentType;
  readonly since?: string;
  readonly deprecatedSince?: string;
  /** The key spec it belongs to, where that is not the next one. */
  readonly keySpec?: number;
}

/** How Redis nests an argument otherwise than the syntax does. */
interface Nesting {
  /** It stands alone in a block of this name, which has its token. */
  readonly block?: string;
  /** It may be left out, even where it is the one that was chosen. */
  readonly optional?: true;
  /** The token of the block is that of its first part. */
  readonly tokenInside?: true;
}

/**
 * Names, types and versions of arguments as Redis 7.0.15 gives them, where they do not follow from the syntax. Arguments
 * are numbered as they are written, those inside a choice or a block behind it: `2:condition@7.0.0` names the third
 * and says since when it is there; `/` begins a type, `-` the version that deprecated it, `#` its key spec. At the
 * end `?` makes it optional, `~` gives its token to its first part, and `{name` puts it into a block of that name.
 */
const FACTS: Readonly<Record<string, string>> = {
  'config|get': '0{parameter',
  psubscribe: '0{pattern',
  auth: '0@6.0.0',
  bgsave: '0@3.2.2',
  bitcount: '1:index 4:index_unit@7.0.0',
  bitfield: '1:operation 5:write 10:write_operation 14/integer',
  bitpos: '2:index 4:end_index 6:index_unit@7.0.0',
  blmove: '2:wherefrom 5:whereto 8/double',
  blmpop: '0/double 3:where',
  blpop: '1/double',
  brpop: '1/double',
  brpoplpush: '2/double',
  bzmpop: '0/double 3:where',
  bzpopmax: '1/double',
  bzpopmin: '1/double',
  'client|caching': '0:mode',
  'client|kill':
    '0:filter 1-2.8.12 2:new-format 3@2.8.12 4:normal_master_slave_pubsub@2.8.12 6@3.2.0 8@5.0.0 12@6.2.0',
  'client|list': '0@5.0.0 5@6.2.0{id',
  'client|no-evict': '0:enabled',
  'client|pause': '1:mode@6.2.0',
  'client|tracking': '0:status',
  'command|list': '0:filterby',
  decrby: '1/integer',
  expire: '2:condition@7.0.0',
  expireat: '2:condition@7.0.0',
  flushall: '0:async 1@4.0.0 2@6.2.0',
  flushdb: '0:async 1@4.0.0 2@6.2.0',
  geoadd: '1:condition@6.2.0 4:change@6.2.0',
  geodist: '3:unit',
  georadius: '4:unit 12:count 14@6.2.0 15:order',
  georadius_ro: '4:unit 12:count 14@6.2.0 15:order',
  georadiusbymember: '3:unit 11:count 14:order',
  georadiusbymember_ro: '3:unit 11:count 14:order',
  geosearch: '1:from 6:by 7:circle~ 9:unit 14:box~ 15/double 17:unit 22:order 25:count',
  geosearchstore: '2:from 7:by 8:circle~ 10:unit 15:box~ 16/double 18:unit 23:order 26:count',
  getex: '1:expiration',
  hello: '0:arguments',
  hincrbyfloat: '2/double',
  hrandfield: '1:options',
  hscan: '4@7.4.0',
  incrbyfloat: '1/double',
  lcs: '4:len/integer',
  linsert: '1:where',
  lmove: '2:wherefrom 5:whereto',
  lmpop: '2:where',
  lpop: '1@6.2.0',
  migrate: '2:key_or_empty_string 7@3.0.0 8@3.0.0 9:authentication 10@4.0.7? 11@6.0.0? 14@3.0.6',
  pexpire: '2:condition@7.0.0',
  pexpireat: '2:condition@7.0.0',
  restore: '3@3.0.0 4@5.0.0 5@5.0.0 6@5.0.0',
  rpop: '1@6.2.0',
  scan: '3@6.0.0',
  set: '2:condition@2.6.12 5@8.4.0 6@8.4.0 7@8.4.0 8@8.4.0 9@6.2.0 10:expiration 11@2.6.12 12@2.6.12 13@6.2.0 14@6.2.0 15@6.0.0',
  setbit: '2/integer',
  shutdown: '3@7.0.0 4@7.0.0 5@7.0.0',
  sort: '1#1 5#1 6:order 9:sorting 10#2',
  sort_ro: '1#1 5#1 6:order 9:sorting',
  spop: '1@3.2.0',
  srandmember: '1@2.6.0',
  swapdb: '0/integer 1/integer',
  xack: '2/string',
  xadd: '1@6.2.0 2@8.2.0 6:trim 7:strategy 9@6.2.0 10:operator 11:equal 12:approximately 13/string 14@6.2.0 15:id_or_auto 16:auto_id 17/string',
  xautoclaim: '4/string',
  xclaim: '4/string 10/string',
  xdel: '1/string',
  'xgroup|create': '1:groupname 2:id 3/string 4:new_id 6:entries_read/integer',
  'xgroup|createconsumer': '1:groupname 2:consumername',
  'xgroup|delconsumer': '1:groupname 2:consumername',
  'xgroup|destroy': '1:groupname',
  'xgroup|setid': '1:groupname 2:id 3/string 4:new_id 5:entries_read/integer',
  'xinfo|consumers': '1:groupname',
  'xinfo|stream': '1:full',
  xpending: '2:filters 3/integer@6.2.0 4/string 5/string',
  xrange: '1/string 2/string',
  xread: '2:streams 4/string',
  xreadgroup: '6:streams 8/string',
  xrevrange: '1/string 2/string',
  xsetid: '2:entries_added/integer@7.0.0 3:max_deleted_entry_id@7.0.0',
  xtrim: '1:trim 2:strategy 4@6.2.0 5:operator 6:equal 7:approximately 8/string 9@6.2.0 10@8.2.0',
  zadd: '1:condition@3.0.2 4:comparison@6.2.0 7:change@3.0.2 8:increment@3.0.2',
  zcount: '1/double 2/double',
  zinter: '2/integer 3:aggregate',
  zinterstore: '3/integer 4:aggregate',
  zlexcount: '1/string 2/string',
  zmpop: '2:where',
  zrandmember: '1:options',
  zrange: '1/string 2/string 3:sortby@6.2.0 6@6.2.0 7@6.2.0',
  zrangebylex: '1/string 2/string',
  zrangebyscore: '1/double 2/double 3@2.0.0',
  zrangestore: '2/string 3/string 4:sortby',
  zrank: '2@7.2.0',
  zremrangebylex: '1/string 2/string',
  zremrangebyscore: '1/double 2/double',
  zrevrangebylex: '1/string 2/string',
  zrevrangebyscore: '1/double 2/double',
  zrevrank: '2@7.2.0',
  zunion: '2/integer 3:aggregate',
  zunionstore: '3/integer 4:aggregate',
};

const ENTRY =
  /^(\d+)(?::([\w-]+))?(?:\/([a-z-]+))?(?:@([\d.]+))?(?:-([\d.]+))?(?:#(\d+))?(?:\{([\w-]+)|([?~]))?$/;

/** The facts about the arguments of a command, by their numbers. */
function argumentFacts(command: string): ReadonlyMap<number, ArgumentFacts & { nesting: Nesting }> {
  const facts = new Map<number, ArgumentFacts & { nesting: Nesting }>();
  for (const entry of FACTS[command]?.split(' ') ?? []) {
    const [, number, name, type, since, deprecatedSince, keySpec, block, mark] = ENTRY.exec(entry) ?? [];
    facts.set(Number(number), {
      ...(name !== undefined && { name }),
      ...(type !== undefined && { type: type as ArgumentType }),
      ...(since !== undefined && { since }),
      ...(deprecatedSince !== undefined && { deprecatedSince }),
      ...(keySpec !== undefined && { keySpec: Number(keySpec) }),
      nesting: {
        ...(block !== undefined && { block }),
        ...(mark === '?' && { optional: true }),
        ...(mark === '~' && { tokenInside: true }),
      },
    });
  }
  return facts;
}

/** `args` with the facts of `command` about them. */
export function knownArguments(command: string, args: readonly Argument[]): KnownArgument[] {
  const facts = argumentFacts(command);
  let number = 0;
  const known = (argument: Argument): KnownArgument => {
    const { nesting, ...own } = facts.get(number++) ?? { nesting: {} };
    const { arguments: parts, ...rest } = argument;
    return nested({ ...rest, ...own, ...(parts !== undefined && { arguments: parts.map(known) }) }, nesting);
  };
  return args.map(known);
}

function nested(argument: KnownArgument, { block, optional, tokenInside }: Nesting): KnownArgument {
  if (optional === true) return { ...argument, optional };
  if (tokenInside === true) {
    const { token, arguments: parts, ...rest } = argument;
    const [first, ...others] = parts!;
    return { ...rest, arguments: [{ ...first!, ...(token !== undefined && { token }) }, ...others] };
  }
  if (block === undefined) return argument;
  const { name, type, multiple, optional: left, token, since, ...rest } = argument;
  // Behind a token it is the value that repeats; without one it is the block.
  const repeated = multiple !== undefined && { multiple };
  const inside = token !== undefined && repeated;
  return {
    name: block,
    type: 'block',
    ...(token !== undefined ? { token } : repeated),
    ...(since !== undefined && { since }),
    ...(left !== undefined && { optional: left }),
    arguments: [{ ...rest, name, type, ...inside }],
  };
}

export interface KnownArgument extends Omit<Argument, 'arguments'>, Omit<ArgumentFacts, 'name' | 'type'> {
  readonly arguments?: readonly KnownArgument[];
}
