import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { OurTarget, RawConnection, RedisTarget, until } from '../compat/targets.js';
import { describeWithRedis } from './bench/servers.js';
import { mredisCli, type ProcessResult, redisCli } from './cli-process.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-parity-'));
  writeFileSync(join(folder, 'script.lua'), 'return {KEYS[1],ARGV[1],#KEYS,#ARGV}');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Case {
  readonly argv: readonly string[];
  readonly stdin?: string;
}

/** Everything a script may do, run by both programs on the same server; `%` stands for its port. */
const CASES: Readonly<Record<string, Case>> = {
  'a command': { argv: ['-p', '%', 'PING'] },
  'an unknown command': { argv: ['-p', '%', 'foo', 'bar'] },
  'an unknown command with -e': { argv: ['-p', '%', '-e', 'foo'] },
  'arguments that look like options': { argv: ['-p', '%', 'ECHO', '-p'] },
  'help that belongs to the command': { argv: ['-p', '%', 'ECHO', '--help'] },
  'an unknown option': { argv: ['-p', '%', '--foo', 'PING'] },
  'an option without its value': { argv: ['-p', '%', '-n'] },
  'a database': { argv: ['-p', '%', '-n', '3', 'DBSIZE'] },
  'a database that is not there': { argv: ['-p', '%', '-n', '99', 'PING'] },
  'a password that is not asked for': { argv: ['-p', '%', '-a', 'secret', 'PING'] },
  'the same without a warning': { argv: ['-p', '%', '--no-auth-warning', '-a', 'secret', 'PING'] },
  'a user that is not there': { argv: ['-p', '%', '--user', 'u', '--pass', 'p', 'PING'] },
  'a URI': { argv: ['-u', 'redis://127.0.0.1:%/2', 'DBSIZE'] },
  'a URI with a password': { argv: ['-u', 'redis://u:p%40@127.0.0.1:%', 'PING'] },
  'a URI of another scheme': { argv: ['-u', 'http://127.0.0.1', 'PING'] },
  'a socket that is not there': { argv: ['-s', '/nowhere/redis.sock', 'PING'] },
  'a refused connection': { argv: ['-p', '1', 'PING'] },
  repeats: { argv: ['-p', '%', '-r', '3', '-i', '0.01', 'APPEND', 'repeated', 'x'] },
  'an argument from stdin': { argv: ['-p', '%', '-x', 'SET', 'from-stdin'], stdin: 'line\nline' },
  'a tagged argument from stdin': { argv: ['-p', '%', '-X', 'TAG', 'SET', 'TAG', 'v'], stdin: 'key' },
  'quoted input': { argv: ['-p', '%', '--quoted-input', 'ECHO', '"a\\x00b\\n"'] },
  'formatted output': { argv: ['-p', '%', '--no-raw', 'LRANGE', 'list', '0', '-1'] },
  'raw output with a delimiter': { argv: ['-p', '%', '-d', ', ', 'LRANGE', 'list', '0', '-1'] },
  'output without a last delimiter': { argv: ['-p', '%', '-D', '', 'GET', 'string'] },
  CSV: { argv: ['-p', '%', '--csv', 'MGET', 'string', 'none', 'binary'] },
  'JSON, which is in RESP3': { argv: ['-p', '%', '--json', 'HGETALL', 'hash'] },
  'JSON in RESP2': { argv: ['-p', '%', '-2', '--json', 'HGETALL', 'hash'] },
  RESP3: { argv: ['-p', '%', '-3', '--no-raw', 'HGETALL', 'hash'] },
  'text for people': { argv: ['-p', '%', '--no-raw', 'INFO', 'keyspace'] },
  'a script with keys and arguments': { argv: ['-p', '%', '--eval', '@script.lua', 'k', ',', 'a', 'b'] },
  'a script that is not there': { argv: ['-p', '%', '--eval', '/nowhere.lua'] },
  'all keys': { argv: ['-p', '%', '--scan', '--pattern', 'l*'] },
  'all keys, quoted': { argv: ['-p', '%', '--no-raw', '--scan', '--pattern', 'bin*'] },
  'the biggest keys': { argv: ['-p', '%', '-n', '1', '--bigkeys'] },
  'hot keys without an LFU policy': { argv: ['-p', '%', '--hotkeys'] },
  'mass insertion': {
    argv: ['-p', '%', '--pipe'],
    stdin: '*1\r\n$4\r\nPING\r\nSET a b\r\nfoo\r\nGET a',
  },
  'mass insertion of nothing': { argv: ['-p', '%', '--pipe'] },
  'a command of too few words': { argv: ['-p', '%', 'SUBSCRIBE'] },
  'lines of stdin': { argv: ['-p', '%'], stdin: 'SET a 1\nGET a\n\nGET "a\nfoo\nINCR a' },
  'lines of stdin, formatted': {
    argv: ['-p', '%', '--no-raw'],
    stdin: 'LRANGE list 0 -1\nGET none\nGET string\n',
  },
  'quotes and escapes': { argv: ['-p', '%'], stdin: `ECHO "a\\x41\\n\\t\\"b"\nECHO 'it\\'s'\nECHO "a"b\n` },
  'bytes that are no UTF-8': { argv: ['-p', '%'], stdin: 'ECHO \xff\xfe\n' },
  'lines after quit': { argv: ['-p', '%'], stdin: 'PING\nquit\nPING\n' },
  'a repeated line': { argv: ['-p', '%'], stdin: '3 PING\n-1\n' },
  'a transaction': { argv: ['-p', '%', '--no-raw'], stdin: 'MULTI\nSET t 1\nGET t\nEXEC\n' },
  'another server': { argv: ['-p', '1'], stdin: 'connect 127.0.0.1 %\nPING\n' },
  'lines for a server that is not there': { argv: ['-p', '1'], stdin: 'PING\n' },
};

const SETUP = [
  ['SELECT', '0'],
  ['FLUSHALL'],
  ['SET', 'string', 'he"llo\nw\xc3\xb6rld'],
  ['SET', 'binary', '\x00\xff'],
  ['RPUSH', 'list', 'a', 'b', 'c'],
  ['HSET', 'hash', 'f', 'v'],
  ['SELECT', '1'],
  ['SET', 'k', 'value'],
  ['RPUSH', 'l', '1', '2', '3'],
];

const TARGETS = { 'redis-server': RedisTarget, mredis: OurTarget } as const;

describe.each(Object.entries(TARGETS))('on %s', (name, target) => {
  // Nothing can be compared where there is no redis-cli.
  const describeHere = describeWithRedis;
  describeHere('scripts see what redis-cli would show them', () => {
    let server: RedisTarget | OurTarget;
    beforeAll(async () => {
      server = await target.start({});
    });
    afterAll(() => server.stop());

    let connection: RawConnection;
    beforeEach(async () => {
      connection = await RawConnection.open(server.port);
    });

    test.each(Object.entries(CASES))(
      '%s',
      async (_, { argv, stdin }) => {
        const real = argv.map((word) =>
          word
            .replace(/^%$|(?<=:)%/, String(server.port))
            .replace('@', word === '@script.lua' ? `${folder}/` : '@'),
        );
        const input =
          stdin === undefined
            ? {}
            : { stdin: Buffer.from(stdin.replace('127.0.0.1 %', `127.0.0.1 ${server.port}`), 'latin1') };
        const results: ProcessResult[] = [];
        for (const program of [redisCli, mredisCli]) {
          for (const request of SETUP) await connection.call(...request);
          results.push(await program(real, input));
        }
        connection.close();
        expect(results[1]).toEqual(results[0]);
      },
      30_000,
    );

    test(`every connection is closed again by ${name}`, async () => {
      // The control connection of redis-server counts too.
      const before = name === 'mredis' ? 1 : 2;
      await until(async () =>
        (await connection.call('INFO', 'clients')).includes(`connected_clients:${before}\r\n`),
      );
      expect(await connection.call('INFO', 'clients')).toContain(`connected_clients:${before}`);
      connection.close();
    });
  });
});
