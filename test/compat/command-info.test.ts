import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { OurTarget, RedisTarget } from './targets.js';

/*
 * What COMMAND tells of every command that both servers know: the declarations, compared with a live redis-server. Not
 * compared are sentences (summaries, complexities, history, the notes of key specs), which are our own.
 */

/** Commands and options of ours that redis-server 7.0 does not have. */
const NEWER: readonly string[] = [
  ...['hexpire', 'hexpireat', 'hexpiretime', 'hgetdel', 'hgetex', 'hpersist', 'hpexpire', 'hpexpireat'],
  ...['hpexpiretime', 'hpttl', 'hsetex', 'httl', 'client|no-touch', 'client|setinfo'],
  ...['delex', 'digest', 'increx', 'msetex', 'sdiffcard', 'sunioncard', 'waitaof', 'xackdel', 'xdelex'],
];

/** Facts that differ on purpose: where, ours, Redis's. */
const DIFFERENT: Readonly<Record<string, readonly [ours: unknown, theirs: unknown]>> = {
  // WITHSCORE came with 7.2.
  'zrank arity': [-3, 3],
  'zrevrank arity': [-3, 3],
};

/** Commands that have arguments which redis-server 7.0 does not tell. */
const DIFFERENT_ARGUMENTS: Readonly<Record<string, string>> = {
  set: 'IFEQ and its kin came with 8.4',
  xadd: 'KEEPREF and its kin came with 8.2',
  xtrim: 'KEEPREF and its kin came with 8.2',
  xreadgroup: 'CLAIM came with 8.4',
  'client|kill': 'MAXAGE came with 7.4',
  hscan: 'NOVALUES came with 7.4',
  zrank: 'WITHSCORE came with 7.2',
  'command|getkeys': 'the command line is told since 7.2',
  'command|getkeysandflags': 'the command line is told since 7.2',
  zrevrank: 'WITHSCORE came with 7.2',
};

/** Directives of our own, and those of Redis that we refuse by name: there is no TLS. */
const OWN_DIRECTIVES = ['aof-checksum', 'max-keys-per-shard', 'shards', 'transport'];

type Facts = Map<string, unknown>;
type Reply = readonly unknown[];

const found = spawnSync('redis-server', ['--version']).status === 0;
let ours: OurTarget | null = null;
let theirs: RedisTarget | null = null;
let directory = '';
let our: Redis;
let their: Redis;

beforeAll(async () => {
  if (!found) return;
  directory = mkdtempSync(join(tmpdir(), 'mredis-'));
  ours = await OurTarget.start({ config: { dir: directory } });
  theirs = await RedisTarget.start({});
  our = new Redis(ours.port);
  their = new Redis(theirs.port);
});

afterAll(async () => {
  if (!found) return;
  our.disconnect();
  their.disconnect();
  await theirs?.stop();
  await ours?.stop();
  rmSync(directory, { recursive: true });
});

/** The facts of COMMAND INFO by `command fact`; notes of key specs only as being there. */
async function infoOf(client: Redis): Promise<Facts> {
  const facts: Facts = new Map();
  const NAMES = ['', 'arity', 'flags', 'first key', 'last key', 'step', 'categories', 'tips', 'key specs'];
  const add = (command: Reply): void => {
    for (let i = 1; i < NAMES.length; i++) facts.set(`${String(command[0])} ${NAMES[i]!}`, command[i]);
    const specs = command[8] as Reply[];
    facts.set(
      `${String(command[0])} key specs`,
      specs.map((spec) => (spec[0] === 'notes' ? ['notes', 'there', ...spec.slice(2)] : spec)),
    );
    for (const subcommand of command[9] as Reply[]) add(subcommand);
  };
  for (const command of (await client.call('COMMAND')) as Reply[]) add(command);
  return facts;
}

/** The facts of COMMAND DOCS by `command fact`. */
async function docsOf(client: Redis): Promise<Facts> {
  const facts: Facts = new Map();
  const add = (docs: Reply): void => {
    for (const [name, command] of pairs(docs)) {
      const told = new Map(pairs(command as Reply));
      for (const fact of ['since', 'group', 'doc_flags', 'deprecated_since']) {
        facts.set(`${name} ${fact}`, told.get(fact));
      }
      add((told.get('subcommands') ?? []) as Reply);
    }
  };
  add((await client.call('COMMAND', 'DOCS')) as Reply);
  return facts;
}

/** The tree of a command's arguments: names and types, tokens, flags and key specs, and since when they are there. */
function formOf(args: unknown): unknown {
  return ((args ?? []) as Reply[]).map((each) => {
    const told = new Map(pairs(each));
    const parts = told.get('arguments');
    return parts === undefined ? [...told] : [...told, formOf(parts)];
  });
}

/** The forms of all commands' arguments, by command. */
async function formsOf(client: Redis): Promise<Facts> {
  const forms: Facts = new Map();
  const add = (docs: Reply): void => {
    for (const [name, command] of pairs(docs)) {
      const told = new Map(pairs(command as Reply));
      forms.set(name, formOf(told.get('arguments')));
      add((told.get('subcommands') ?? []) as Reply);
    }
  };
  add((await client.call('COMMAND', 'DOCS')) as Reply);
  return forms;
}

function pairs(flat: Reply): [string, unknown][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [String(flat[2 * i]), flat[2 * i + 1]]);
}

type Difference = readonly [fact: string, values: readonly [ours: unknown, theirs: unknown]];

/** Where what both know differs. */
function differences(our: Facts, their: Facts): Difference[] {
  const both = [...our.keys()].filter((fact) => their.has(fact));
  const differing = both.filter((fact) => JSON.stringify(our.get(fact)) !== JSON.stringify(their.get(fact)));
  return differing.map((fact) => [fact, [our.get(fact), their.get(fact)]]);
}

function commandsOf(facts: Facts): Set<string> {
  return new Set([...facts.keys()].map((fact) => fact.slice(0, fact.indexOf(' '))));
}

const describeFound = found ? describe : withoutRedis();

/** Says aloud that nothing was compared; where CI promises a redis-server, that is a failure. */
function withoutRedis(): (name: string, tests: () => void) => void {
  console.warn('no redis-server found: COMMAND is not compared');
  test('a redis-server is there to compare with, or this is not CI', () => {
    expect(process.env['CI']).not.toBe('true');
  });
  return () => undefined;
}

describeFound('COMMAND as redis-server has it:', () => {
  test('INFO: arity, flags, keys, categories, tips, key specs, subcommands', async () => {
    const [one, other] = [await infoOf(our), await infoOf(their)];
    expect(differences(one, other)).toEqual(Object.entries(DIFFERENT));
    const others = commandsOf(other);
    expect([...commandsOf(one)].filter((command) => !others.has(command)).sort()).toEqual([...NEWER].sort());
  });

  test('DOCS: since, group, flags', async () => {
    expect(differences(await docsOf(our), await docsOf(their))).toEqual([]);
  });

  test('DOCS: the arguments', async () => {
    const differing = differences(await formsOf(our), await formsOf(their)).map(([command]) => command);
    expect(differing.sort()).toEqual(Object.keys(DIFFERENT_ARGUMENTS).sort());
  });

  test('COUNT and LIST tell of the same commands as COMMAND', async () => {
    const names = ((await our.call('COMMAND')) as Reply[]).map(([name]) => String(name));
    expect(await our.call('COMMAND', 'COUNT')).toBe(names.length);
    const listed = (await our.call('COMMAND', 'LIST')) as string[];
    expect(listed.filter((name) => !name.includes('|')).sort()).toEqual(names.sort());
    const known = new Set(listed);
    const categories = (await their.call('ACL', 'CAT')) as string[];
    for (const filter of [
      ['PATTERN', 'z*'],
      ['PATTERN', 'client|*'],
      ...categories.map((category) => ['ACLCAT', category]),
      ['ACLCAT', 'nonsense'],
      ['MODULE', 'none'],
    ]) {
      const list = async (client: Redis): Promise<string[]> =>
        ((await client.call('COMMAND', 'LIST', 'FILTERBY', ...filter)) as string[])
          .filter((name) => known.has(name) && !NEWER.includes(name))
          .sort();
      expect(await list(our)).toEqual(await list(their));
    }
  });

  test.each([
    ['GET', 'a'],
    ['MSET', 'a', '1', 'b', '2'],
    ['SET', 'a', '1', 'GET'],
    ['SORT', 'a', 'BY', 'w_*', 'STORE', 'b', 'STORE', 'c'],
    ['ZUNIONSTORE', 'd', '2', 'a', 'b', 'WEIGHTS', '1', '2'],
    ['ZINTER', '3', 'a', 'b'],
    ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'a', 'b', '1', '2'],
    ['XREAD', 'COUNT', '1', 'STREAMS', 'a', 'b', '1', '2'],
    ['GEORADIUS', 'a', '1', '2', '3', 'm', 'STORE', 'b', 'STOREDIST', 'c'],
    ['BITFIELD', 'a', 'GET', 'u8', '0'],
    ['BITFIELD', 'a', 'SET', 'u8', '0', '1'],
    ['LMPOP', '2', 'a', 'b', 'LEFT'],
    ['BLMPOP', '0', '2', 'a', 'b', 'LEFT'],
    ['BLMOVE', 'a', 'b', 'LEFT', 'RIGHT', '0'],
    ['BLPOP', 'a', 'b', '0'],
    ['COPY', 'a', 'b'],
    ['OBJECT', 'ENCODING', 'a'],
    ['XINFO', 'STREAM', 'a'],
    ['MEMORY', 'USAGE', 'a'],
    ['PFCOUNT', 'a', 'b'],
    ['SINTERCARD', '2', 'a', 'b', 'LIMIT', '1'],
    ['PUBLISH', 'a', 'b'],
    ['SPUBLISH', 'a', 'b'],
    ['PING'],
    ['NONSENSE'],
    ['GET'],
    ['SINTERCARD', 'x', 'a'],
    ['MSET'],
  ])('GETKEYS and GETKEYSANDFLAGS of %s %s %s', async (...argv) => {
    for (const subcommand of ['GETKEYS', 'GETKEYSANDFLAGS']) {
      const ask = (client: Redis): Promise<unknown> =>
        client.call('COMMAND', subcommand, ...argv).catch((error: unknown) => (error as Error).message);
      expect(await ask(our)).toEqual(await ask(their));
    }
  });
});

describeFound('CONFIG as redis-server has it:', () => {
  test('Every directive is known, but for those of TLS', async () => {
    const names = async (client: Redis): Promise<Set<string>> =>
      new Set(pairs((await client.call('CONFIG', 'GET', '*')) as Reply).map(([name]) => name));
    const [one, other] = [await names(our), await names(their)];
    expect([...other].filter((name) => !one.has(name) && !name.startsWith('tls-'))).toEqual([]);
    expect([...one].filter((name) => !other.has(name)).sort()).toEqual(OWN_DIRECTIVES);
  });
});

/** Subcommands of DEBUG that redis-server has for its own insides: forks, jemalloc, crashes, its cluster. */
const REDIS_INSIDES = [
  ...['ASSERT', 'CLIENT-EVICTION', 'CLUSTERLINK', 'CRASH-AND-RECOVER', 'DROP-CLUSTER-PACKET-FILTER', 'LEAK'],
  ...['LISTPACK', 'MALLCTL', 'MALLCTL-STR', 'OOM', 'PANIC', 'QUICKLIST', 'REPLICATE', 'RESTART', 'SEGFAULT'],
  ...['STRINGMATCH-TEST', 'STRUCTSIZE'],
];

describeFound('HELP as redis-server has it:', () => {
  test.each([
    'CLIENT',
    'COMMAND',
    'CONFIG',
    'DEBUG',
    'LATENCY',
    'MEMORY',
    'OBJECT',
    'PUBSUB',
    'SLOWLOG',
    'XGROUP',
    'XINFO',
  ])('%s HELP names every subcommand in lines of the same kind', async (container) => {
    const help = async (client: Redis): Promise<string[]> =>
      (await client.call(container, 'HELP')) as string[];
    const [one, other] = [await help(our), await help(their)];
    expect(one[0]).toBe(other[0]);
    expect(one.slice(-2)[0]).toBe('HELP');
    const names = (lines: readonly string[]): Set<string> =>
      new Set(lines.slice(1).flatMap((line) => (line.startsWith(' ') ? [] : [line.split(' ')[0]!])));
    const ours = names(one);
    expect([...names(other)].filter((name) => !ours.has(name)).sort()).toEqual(
      container === 'DEBUG' ? REDIS_INSIDES : [],
    );
    for (const line of one.slice(1)) expect(line).toMatch(/^( {4,}\S|\(no |[A-Z])/);
  });
});

/** Fields of INFO that are our own. */
const OWN_FIELDS = [
  'mredis_version',
  'node_version',
  'js_heap_used',
  'js_heap_total',
  'js_external',
  'total_operations',
  'client_query_buffer_limit_disconnections',
  'client_output_buffer_limit_disconnections',
];

describeFound('INFO as redis-server has it:', () => {
  const SECTIONS = [
    'server',
    'clients',
    'memory',
    'persistence',
    'stats',
    'replication',
    'cpu',
    'modules',
    'cluster',
    'keyspace',
  ];

  test.each(['no', 'yes'])('has the same fields in the same order, appendonly %s', async (appendonly) => {
    for (const client of [our, their]) {
      await client.call('SET', 'k', 'v', 'EX', '1000');
      await client.call('CONFIG', 'SET', 'appendonly', appendonly);
    }
    const fields = async (client: Redis): Promise<string[]> =>
      String(await client.call('INFO', ...SECTIONS))
        .split('\r\n')
        .map((line) => (line.startsWith('#') ? line : line.replace(/:.*/, '')))
        .filter((line) => line !== '' && !OWN_FIELDS.includes(line));
    expect(await fields(our)).toEqual(await fields(their));
    for (const client of [our, their]) await client.call('CONFIG', 'SET', 'appendonly', 'no');
  });

  test('MEMORY STATS has the same fields', async () => {
    const fields = async (client: Redis): Promise<string[]> =>
      pairs((await client.call('MEMORY', 'STATS')) as Reply).map(([name]) => name);
    expect(await fields(our)).toEqual(await fields(their));
  });
});
