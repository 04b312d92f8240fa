import { expect, test } from '@jest/globals';
import { type ArgumentDoc, argumentSyntax } from '../../../src/client/command-doc.js';
import { matchArguments, nextTokens } from '../../../src/client/repl/argument-matching.js';

const argument = (name: string, more: Partial<ArgumentDoc> = {}): ArgumentDoc => ({
  name,
  type: 'string',
  token: undefined,
  optional: false,
  multiple: false,
  multipleToken: false,
  arguments: [],
  ...more,
});
const token = (word: string, more: Partial<ArgumentDoc> = {}): ArgumentDoc =>
  argument(word, { type: 'pure-token', token: word, ...more });

const SET = [
  argument('key', { type: 'key' }),
  argument('value'),
  argument('condition', { type: 'oneof', optional: true, arguments: [token('NX'), token('XX')] }),
  token('GET', { optional: true }),
  argument('expiration', {
    type: 'oneof',
    optional: true,
    arguments: [
      argument('seconds', { token: 'EX' }),
      argument('milliseconds', { token: 'PX' }),
      token('KEEPTTL'),
    ],
  }),
];
const MSET = [
  argument('', {
    type: 'block',
    multiple: true,
    arguments: [argument('key', { type: 'key' }), argument('value')],
  }),
];
const DEL = [argument('key', { type: 'key', multiple: true })];
const ZADD = [
  argument('key', { type: 'key' }),
  argument('comparison', { type: 'oneof', optional: true, arguments: [token('GT'), token('LT')] }),
  argument('', { type: 'block', multiple: true, arguments: [argument('score'), argument('member')] }),
];
const SCAN = [
  argument('cursor'),
  argument('pattern', { token: 'MATCH', optional: true }),
  argument('count', { token: 'COUNT', optional: true }),
];
const PING = [argument('message', { optional: true })];

/** What is typed, and what the hint shows behind it; `!` and a word for one that does not fit. */
test.each([
  ['', SET, 'key value [NX|XX] [GET] [EX seconds|PX milliseconds|KEEPTTL]'],
  ['k', SET, 'value [NX|XX] [GET] [EX seconds|PX milliseconds|KEEPTTL]'],
  ['k v', SET, '[NX|XX] [GET] [EX seconds|PX milliseconds|KEEPTTL]'],
  ['k v xx', SET, '[GET] [EX seconds|PX milliseconds|KEEPTTL]'],
  ['k v GET', SET, '[NX|XX] [EX seconds|PX milliseconds|KEEPTTL]'],
  ['k v EX', SET, 'seconds [NX|XX] [GET]'],
  ['k v EX 10 NX', SET, '[GET]'],
  ['k v EX 10 PX', SET, '! PX'],
  ['k v NX NX', SET, '! NX'],
  ['k v what', SET, '! what'],
  ['', MSET, 'key value [key value ...]'],
  ['k', MSET, 'value [key value [key value ...]]'],
  ['k v', MSET, '[key value [key value ...]]'],
  ['', DEL, 'key [key ...]'],
  ['a b', DEL, '[key [key ...]]'],
  ['k', ZADD, '[GT|LT] score member [score member ...]'],
  ['k GT', ZADD, 'score member [score member ...]'],
  ['k 1', ZADD, 'member [score member [score member ...]]'],
  ['0 count 5', SCAN, '[MATCH pattern]'],
  ['0 match', SCAN, 'pattern [COUNT count]'],
  ['', PING, '[message]'],
  ['a', PING, ''],
  ['a b', PING, '! b'],
])('%j', (typed, list, expected) => {
  const words = typed.split(' ').filter((word) => word !== '');
  const { remaining, wrongWordAt } = matchArguments(list, words);
  const shown = wrongWordAt >= 0 ? `! ${words[wrongWordAt] ?? ''}` : remaining.map(argumentSyntax).join(' ');
  expect(shown).toBe(expected);
});

test('options that may come next are offered', () => {
  expect(nextTokens(matchArguments(SET, ['k', 'v', 'NX']).remaining)).toEqual(['GET', 'EX', 'PX', 'KEEPTTL']);
  expect(nextTokens(matchArguments(SET, ['k']).remaining)).toEqual([]);
});
