import { sortedFrame } from '../compat/resp-frames.js';

type Command = readonly string[];

/** Replies that have no order, and those that have one two by two. */
const UNORDERED = new Set([
  'SMEMBERS',
  'SINTER',
  'SUNION',
  'SDIFF',
  'SPOP',
  'SRANDMEMBER',
  'HKEYS',
  'HVALS',
  'KEYS',
  'CONFIG',
]);
const UNORDERED_PAIRS = new Set(['HGETALL']);
/** The second element of their replies has no order. */
const SCANS = new Set(['SCAN', 'SSCAN', 'HSCAN', 'ZSCAN', 'HRANDFIELD', 'ZRANDMEMBER']);
/** Names and numbers of the server itself. */
const OF_THE_SERVER = new Set(['HELLO', 'RANDOMKEY']);
/** Replies that hold times since something. */
const WITH_TIMES = new Set(['XPENDING', 'XINFO']);
/** Replies that are a time, or the time until then, which depends on when the command ran. */
const TIMES = new Set(['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME', 'OBJECT IDLETIME']);
/** No run takes longer, and no time that is asked for differs from another by less. */
const TOLERANCE_MS = 60_000;
/** From here on times were given, not counted from now: they are the same. */
const FAR_MS = 8_000_000_000_000;

/** What a reply to `argv` is compared by: it does not show what is left to chance, to the clock, or to a hash function. */
export function comparable(argv: Command, reply: string): string {
  const name = argv[0]!.toUpperCase();
  const about = (argv[1] ?? '').toUpperCase();
  if (reply.startsWith('-')) return reply;
  if (OF_THE_SERVER.has(name)) return reply === '$-1\r\n' || reply === '_\r\n' ? 'null' : 'something';
  if (name === 'SRANDMEMBER' && argv[2]?.startsWith('-') === true) return reply.slice(0, reply.indexOf('\r'));
  if (UNORDERED.has(name)) return sortedFrame(reply, false);
  if (UNORDERED_PAIRS.has(name)) return sortedFrame(reply, true);
  // A counter that goes up by chance.
  if (name === 'OBJECT' && about === 'FREQ') return reply.charAt(0);
  // A short HyperLogLog that came from a file is `raw` to Redis once any command has looked at it.
  if (name === 'OBJECT' && /^p\d$/.test(argv[2] ?? '')) return reply.replace('6\r\nembstr', '3\r\nraw');
  // A sorted set that SORT has looked at, which it does among all types, is a skip list to Redis from then on.
  if (name === 'OBJECT' || name === 'EXEC') return reply.replaceAll('skiplist', 'listpack');
  if (WITH_TIMES.has(name)) return withoutTimes(reply);
  // Their elements as lines: an order over all of them serves to compare.
  if (SCANS.has(name)) return reply.split('\r\n').sort().join(' ');
  return reply;
}

/** Milliseconds since a delivery or a sight of a consumer, unix times, and how the entries are kept. */
function withoutTimes(reply: string): string {
  return reply
    .replace(
      /(\$(?:4|8|9|11|15|16)\r\n(?:idle|inactive|seen-time|active-time|radix-tree-keys|radix-tree-nodes)\r\n:)\d+/g,
      '$1',
    )
    .replace(/(\$\d+\r\n\d+-\d+\r\n\$\d+\r\n[^\r]*\r\n):\d+/g, '$1')
    .replace(/:\d{12,}\r\n/g, ':time\r\n');
}

/** True when two lines `command: reply` say the same. */
export function equivalent(our: string, their: string): boolean {
  if (our === their) return true;
  const [ourAt, theirAt] = [our.lastIndexOf(': :'), their.lastIndexOf(': :')];
  if (ourAt < 0 || ourAt !== theirAt || our.slice(0, ourAt) !== their.slice(0, theirAt)) return false;
  const [first, second] = our.toUpperCase().split(' ');
  if (!TIMES.has(first!) && !TIMES.has(`${first!} ${second!}`)) return false;
  const [ourTime, theirTime] = [Number(our.slice(ourAt + 3)), Number(their.slice(theirAt + 3))];
  if (ourTime < 0 || theirTime < 0 || ourTime > FAR_MS) return false;
  return Math.abs(ourTime - theirTime) < TOLERANCE_MS;
}
