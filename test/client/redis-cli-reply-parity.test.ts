import { expect, test } from '@jest/globals';
import { describeWithRedis, withServer } from './bench/servers.js';
import { mredisCli, redisCli } from './cli-process.js';

/** What a server may answer; redis-cli 7.0 knows all of these. */
const REPLIES: Readonly<Record<string, string>> = {
  'a simple string': '+hi "there"\r\n',
  'an error': '-ERR no such thing\r\n',
  integers: '*3\r\n:0\r\n:9223372036854775807\r\n:-9223372036854775808\r\n',
  'bulk strings':
    '*4\r\n$0\r\n\r\n$5\r\nhello\r\n$9\r\n\x00\x07\b\t\x1b\\\x7f"\'\r\n$5\r\n\xff\xfea\xc3\xa9\r\n',
  nulls: '*3\r\n$-1\r\n*-1\r\n_\r\n',
  doubles: '*4\r\n,1e300\r\n,-inf\r\n,10\r\n,0.1\r\n',
  booleans: '*2\r\n#t\r\n#f\r\n',
  'a verbatim string': '=8\r\ntxt:a"b\n\r\n',
  'a null array': '*-1\r\n',
  'an empty array': '*0\r\n',
  'nested arrays': '*3\r\n*2\r\n:1\r\n*1\r\n+x\r\n*0\r\n$0\r\n\r\n',
  'more than nine elements': `*11\r\n${'*2\r\n:1\r\n$1\r\na\r\n'.repeat(11)}`,
  'errors in an array': '*2\r\n-ERR a\r\n:1\r\n',
  'an empty map': '%0\r\n',
  'a map': '%2\r\n$1\r\na\r\n$1\r\nb\r\n:1\r\n#t\r\n',
  'a map in a map of one': '%1\r\n+a\r\n%1\r\n+b\r\n:1\r\n',
  'a map in a map': '%1\r\n+a\r\n%2\r\n+b\r\n:1\r\n+c\r\n:2\r\n',
  'an array of one in a map': '%1\r\n+a\r\n*1\r\n:1\r\n',
  'an array in a map': '%1\r\n+a\r\n*2\r\n:1\r\n:2\r\n',
  'an empty array in a map': '%1\r\n+a\r\n*0\r\n',
  'deep maps': '%1\r\n+a\r\n%1\r\n+b\r\n%1\r\n+c\r\n%2\r\n+d\r\n:1\r\n+e\r\n:2\r\n',
  'maps and arrays': '%2\r\n+a\r\n%1\r\n+b\r\n*2\r\n:1\r\n*1\r\n%2\r\n:1\r\n:2\r\n+x\r\n_\r\n+z\r\n#t\r\n',
  'an array as key': '%1\r\n*2\r\n:1\r\n:2\r\n:5\r\n',
  'an error in a map': '%1\r\n+a\r\n-ERR x\r\n',
  'a set': '~3\r\n*2\r\n:1\r\n:2\r\n#f\r\n,inf\r\n',
  'an empty set': '~0\r\n',
  'a push inside an array': '*2\r\n>2\r\n:1\r\n:2\r\n:3\r\n',
  'a push before the reply': '>2\r\n+a\r\n+b\r\n+OK\r\n',
};

/** What is no reply: redis-cli gives up, and so must we. */
const BROKEN: Readonly<Record<string, string>> = {
  'no RESP at all': 'HTTP/1.1 400 Bad Request\r\n',
  'a bad integer': ':abc\r\n',
  'a bad length': '$abc\r\n',
  'a bulk string too long': '$-2\r\n',
  'a bad boolean': '#x\r\n',
  'an array too long': '*99999999999\r\n',
};

const MODES = ['--no-raw', '--raw', '--csv', '--json', '--quoted-json'];

/** A server that answers the request `REPLY n` with the nth reply. */
async function withReplies<T>(replies: readonly string[], use: (port: string) => Promise<T>): Promise<T> {
  return withServer(
    (chunk, socket) => {
      const number = /REPLY\r\n\$\d+\r\n(\d+)/.exec(chunk.toString('latin1'))?.[1];
      socket.write(Buffer.from(replies[Number(number)] ?? '-ERR what?\r\n', 'latin1'));
    },
    (port) => use(String(port)),
  );
}

describeWithRedis('replies are printed as redis-cli prints them', () => {
  const replies = Object.values(REPLIES);
  const requests = replies.map((_, i) => `REPLY ${i}\n`).join('');

  test.each(MODES)(
    'every type of reply, with %s',
    async (mode) => {
      await withReplies(replies, async (port) => {
        const argv = ['-p', port, '-2', mode];
        const [ours, theirs] = await Promise.all(
          [mredisCli, redisCli].map((program) => program(argv, { stdin: requests })),
        );
        expect(ours).toEqual(theirs);
        expect(ours?.stdout.length).toBeGreaterThan(requests.length);
      });
    },
    30_000,
  );

  test.each(Object.entries(BROKEN))(
    '%s ends it',
    async (_, reply) => {
      await withReplies([reply], async (port) => {
        const argv = ['-p', port, 'REPLY', '0'];
        const [ours, theirs] = await Promise.all([mredisCli(argv), redisCli(argv)]);
        expect(ours).toEqual(theirs);
        expect(ours.code).toBe(1);
      });
    },
    30_000,
  );
});

test('what redis-cli 7.0 cannot print is printed too', async () => {
  const reply = '*3\r\n(12345678901234567890123\r\n!8\r\nERR a\r\nb\r\n|1\r\n+ttl\r\n:1\r\n+x\r\n';
  await withReplies([reply], async (port) => {
    const printed = async (mode: string): Promise<string> =>
      (await mredisCli(['-p', port, mode, '-2', 'REPLY', '0'])).stdout;
    expect(await printed('--no-raw')).toBe(
      '1) (big number) 12345678901234567890123\n2) (error) ERR a\r\nb\n3) x\n',
    );
    expect(await printed('--json')).toBe('[12345678901234567890123,error:"ERR a\\r\\nb","x"]\n');
  });
});
