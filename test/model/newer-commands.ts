import fc from 'fast-check';
import { integer, maybe, oneOf, several, type Words, words } from '../fuzz/words.js';

/* Random commands beyond Redis 7.0, and a few others that meet them; as `KeyspaceModel` knows them. */

export const KEYS = ['h', 'i', 's', 't', 'x', 'y'] as const;

const mostly = (...names: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 15, arbitrary: oneOf(...names) }, oneOf(...KEYS));
const hash = mostly('h', 'i');
const string = mostly('s', 't');
const stream = mostly('x', 'y');
const field = fc.oneof(
  { weight: 6, arbitrary: integer(0, 3).map((i) => `f${i}`) },
  { weight: 1, arbitrary: oneOf('long'.repeat(20)) },
);
const value = fc.oneof({ weight: 4, arbitrary: integer(-3, 9) }, oneOf('', 'v', 'w'.repeat(70)));
/** Far away, or long ago. */
const timeMs = fc.oneof(
  { weight: 9, arbitrary: oneOf('8000000000000', '8000000000500', '9000000000000', '9000000000001') },
  oneOf('1'),
);
const timeSeconds = oneOf('8000000000', '9000000000', '0');

const counted = (part: fc.Arbitrary<string> | Words): Words =>
  fc
    .array(words(part), { minLength: 1, maxLength: 4 })
    .map((found) => ['FIELDS', String(found.length), ...found.flat()]);
const fields = counted(field);
const pairs = counted(words(field, value));
const condition = fc.oneof(words(), words(), words(oneOf('NX', 'XX', 'GT', 'LT')));
const expiry = fc.oneof(
  words('PXAT', timeMs),
  words('EXAT', oneOf('8000000000', '9000000000', '1')),
  words('PX', '1'),
);
/** Not for commands that refuse a time of 0 and those that have gone by differently. */
const compare = words(oneOf('IFEQ', 'IFNE'), value);

const ofHashes: readonly Words[] = [
  words('HSET', hash, several(words(field, value), 1, 4)),
  words('HSET', hash, several(words(field, value), 1, 4)),
  words('HINCRBY', hash, field, integer(-5, 5)),
  words('HSETNX', hash, field, value),
  words('HMGET', hash, several(field, 1, 3)),
  words('HLEN', hash),
  words('HDEL', hash, several(field, 1, 2)),
  words('HGETDEL', hash, fields),
  words('HPEXPIREAT', hash, timeMs, condition, fields),
  words('HPEXPIREAT', hash, timeMs, condition, fields),
  words('HEXPIREAT', hash, timeSeconds, condition, fields),
  words('HPEXPIRE', hash, oneOf('0', '1', '1'), condition, fields),
  words('HPERSIST', hash, fields),
  words('HGETEX', hash, 'PERSIST', fields),
  words('HGETEX', hash, maybe(fc.oneof(words('PERSIST'), expiry)), fields),
  words('HSETEX', hash, maybe(words(oneOf('FNX', 'FXX'))), maybe(fc.oneof(words('KEEPTTL'), expiry)), pairs),
  words('HSETEX', hash, maybe(fc.oneof(words('KEEPTTL'), expiry)), pairs),
];

const ofStrings: readonly Words[] = [
  words('SET', string, value),
  words('SET', string, value, maybe(compare), maybe(words('GET')), maybe(fc.oneof(words('KEEPTTL'), expiry))),
  fc
    .tuple(
      fc.array(words(string, value), { minLength: 1, maxLength: 3 }),
      maybe(words(oneOf('NX', 'XX'))),
      maybe(fc.oneof(words('KEEPTTL'), expiry)),
    )
    .map(([found, nx, when]) => ['MSETEX', String(found.length), ...found.flat(), ...nx, ...when]),
  words('DELEX', string, maybe(compare)),
  words(
    'INCREX',
    string,
    maybe(words('BYINT', integer(-9, 9))),
    maybe(words('LBOUND', integer(-9, 0))),
    maybe(words('UBOUND', integer(0, 9))),
    maybe(words('SATURATE')),
    maybe(fc.oneof(words('PERSIST'), expiry, words(expiry, 'ENX'))),
  ),
  words('GET', string),
];

const id = integer(1, 40).map((n) => `${n}-0`);
const policy = oneOf('KEEPREF', 'DELREF', 'ACKED');
const group = oneOf('g', 'g', 'k');
const ids = fc
  .array(id, { minLength: 1, maxLength: 4 })
  .map((found) => ['IDS', String(found.length), ...found]);
const trim = words(maybe(words(policy)), 'MAXLEN', '=', integer(0, 8));

const ofStreams: readonly Words[] = [
  words('XADD', stream, id, 'f', value),
  words('XADD', stream, id, 'f', value),
  words('XADD', stream, trim, id, 'f', value),
  words('XGROUP', 'CREATE', stream, group, oneOf('0', '$'), 'MKSTREAM'),
  words(
    'XREADGROUP',
    'GROUP',
    group,
    oneOf('a', 'b'),
    'COUNT',
    integer(1, 3),
    maybe(words('NOACK')),
    'STREAMS',
    stream,
    '>',
  ),
  words(
    'XREADGROUP',
    'GROUP',
    group,
    oneOf('a', 'b'),
    'COUNT',
    '100',
    maybe(words('NOACK')),
    'CLAIM',
    '0',
    'STREAMS',
    stream,
    '>',
  ),
  words('XTRIM', stream, trim),
  words('XDEL', stream, several(id, 1, 2)),
  words('XACK', stream, group, several(id, 1, 3)),
  words('XDELEX', stream, policy, ids),
  words('XDELEX', stream, policy, ids),
  words('XACKDEL', stream, group, policy, ids),
  words('XACKDEL', stream, group, policy, ids),
  words('XLEN', stream),
];

const ofAll: readonly Words[] = [
  words('DEL', oneOf(...KEYS)),
  words('COPY', oneOf('h', 's', 'x'), oneOf('i', 't', 'y'), 'REPLACE'),
];

/** A command, a transaction, or a way by which everything goes into bytes and comes back. */
export type Step = readonly (readonly string[])[] | 'reload' | 'loadaof' | 'rewrite' | 'dump';

function stepsOf(commands: readonly Words[]): fc.Arbitrary<Step[]> {
  const command = fc.oneof(
    { weight: 25, arbitrary: fc.oneof(...commands) },
    { weight: 1, arbitrary: fc.oneof(...ofAll) },
  );
  // Without claims, whose times differ by chance.
  const transaction = fc
    .array(command, { minLength: 2, maxLength: 5 })
    .map((several) => several.filter((argv) => !argv.includes('CLAIM')))
    .filter((several) => several.length > 1);
  const step = fc.oneof(
    { weight: 30, arbitrary: command.map((argv) => [argv]) },
    { weight: 3, arbitrary: transaction },
    { weight: 4, arbitrary: fc.constantFrom<Step>('reload', 'loadaof', 'rewrite', 'dump') },
  );
  return fc.array(step, { minLength: 10, maxLength: 60, size: 'max' });
}

/** Rows about one type or about all. */
export const steps: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 3, arbitrary: stepsOf(ofHashes) },
  { weight: 1, arbitrary: stepsOf(ofStrings) },
  { weight: 2, arbitrary: stepsOf(ofStreams) },
  { weight: 1, arbitrary: stepsOf([...ofHashes, ...ofStrings, ...ofStreams]) },
);
