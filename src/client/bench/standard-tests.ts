import type { Operation } from './request-template.js';
import type { Preparation } from './workload.js';

/** The tests of redis-benchmark, with its names, keys and arguments. */
export interface StandardTest {
  readonly name: string;
  readonly command: readonly string[];
  /** What has to be there first, so that the test measures more than misses. */
  readonly preparation?: Preparation;
}

const KEY = 'key:__rand_int__';
const ELEMENT = 'element:__rand_int__';
/** Elements that one request of a preparation adds. */
const BATCH = 50;

const repeat = (...args: readonly string[]): string[] => Array.from({ length: BATCH }, () => args).flat();
const prepare = (
  name: string,
  command: readonly string[],
  requests: Preparation['requests'],
): Preparation => ({
  operation: { name, weight: 1, commands: [command] },
  requests,
});
const perPop = (name: string, command: readonly string[]): Preparation => ({
  ...prepare(name, command, (_, requests) => requests / BATCH),
  consumed: true,
});
const list = perPop('fill mylist', ['RPUSH', 'mylist', ...repeat('__data__')]);
const longList = prepare('fill mylist', ['RPUSH', 'mylist', ...repeat('__data__')], () => 600 / BATCH);
const strings = prepare('fill key:*', ['SET', KEY, '__data__'], (keys) => Math.max(1, keys));
const set = perPop('fill myset', ['SADD', 'myset', ...repeat(ELEMENT)]);
const sortedSet = perPop('fill myzset', ['ZADD', 'myzset', ...repeat('0', ELEMENT)]);

const range = (last: number): StandardTest => ({
  name: `lrange_${last + 1}`,
  command: ['LRANGE', 'mylist', '0', String(last)],
  preparation: longList,
});

const TESTS: readonly StandardTest[] = [
  { name: 'ping', command: ['PING'] },
  { name: 'set', command: ['SET', KEY, '__data__'] },
  { name: 'get', command: ['GET', KEY], preparation: strings },
  { name: 'incr', command: ['INCR', 'counter:__rand_int__'] },
  { name: 'lpush', command: ['LPUSH', 'mylist', '__data__'] },
  { name: 'rpush', command: ['RPUSH', 'mylist', '__data__'] },
  { name: 'lpop', command: ['LPOP', 'mylist'], preparation: list },
  { name: 'rpop', command: ['RPOP', 'mylist'], preparation: list },
  { name: 'sadd', command: ['SADD', 'myset', ELEMENT] },
  { name: 'hset', command: ['HSET', 'myhash', ELEMENT, '__data__'] },
  { name: 'spop', command: ['SPOP', 'myset'], preparation: set },
  { name: 'zadd', command: ['ZADD', 'myzset', '0', ELEMENT] },
  { name: 'zpopmin', command: ['ZPOPMIN', 'myzset'], preparation: sortedSet },
  range(99),
  range(299),
  range(499),
  range(599),
  { name: 'mset', command: ['MSET', ...Array.from({ length: 10 }, () => [KEY, '__data__']).flat()] },
];

/** redis-benchmark's own names for some of them. */
const ALIASES: Readonly<Record<string, string>> = { ping_mbulk: 'ping', lrange: 'lrange_100' };

export const TEST_NAMES = TESTS.map((test) => test.name);

/** Throws an Error that names the test when there is none of that name. */
export function standardTest(name: string): StandardTest {
  const wanted = name.trim().toLowerCase();
  const test = TESTS.find((candidate) => candidate.name === (ALIASES[wanted] ?? wanted));
  if (test === undefined) throw new Error(`no test is called '${name}'; there are: ${TEST_NAMES.join(', ')}`);
  return test;
}

export function testOperation(test: StandardTest, weight = 1): Operation {
  return { name: test.name, weight, commands: [test.command] };
}
