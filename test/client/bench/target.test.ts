import { expect, test } from '@jest/globals';
import { parseSeconds } from '../../../src/client/bench/load-flags.js';
import { parseTarget } from '../../../src/client/bench/target.js';

test('reads ports, hosts, sockets and URIs', () => {
  expect(parseTarget('6380')).toMatchObject({ address: { host: '127.0.0.1', port: 6380 } });
  expect(parseTarget('redis.example:1')).toMatchObject({ address: { host: 'redis.example', port: 1 } });
  expect(parseTarget('[::1]:6379')).toMatchObject({ address: { host: '::1', port: 6379 } });
  expect(parseTarget('/tmp/redis.sock')).toMatchObject({ address: { path: '/tmp/redis.sock' } });
  expect(parseTarget('redis://me:se%20cret@h:7/3')).toMatchObject({
    address: { host: 'h', port: 7, username: 'me', password: 'se cret', db: 3 },
  });
});

test('does not show the password of a URI', () => {
  expect(parseTarget('redis://me:secret@h:7').text).toBe('redis://me:…@h:7');
});

test('takes a command line with {port} apart as a shell would', () => {
  expect(parseTarget(`redis-server --port {port} --save "" --dir 'a b'`)).toMatchObject({
    kind: 'command',
    argv: ['redis-server', '--port', '{port}', '--save', '', '--dir', 'a b'],
  });
});

test.each(['redis-server --port 7000', '70000', 'h:0', 'redis://', '', 'x {port} "'])(
  'refuses %j by its name',
  (text) => {
    expect(() => parseTarget(text)).toThrow(text);
  },
);

test('reads durations', () => {
  expect(['10', '2.5s', '500ms', '2m'].map(parseSeconds)).toEqual([10, 2.5, 0.5, 120]);
  expect(() => parseSeconds('5 s')).toThrow("'5 s'");
  expect(() => parseSeconds('-1')).toThrow("'-1'");
});
