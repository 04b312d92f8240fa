export function bytewise(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
}

export function bulk(...args: string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}

export const MANY = Array.from({ length: 150 }, (_, i) => `argument${i}`);

/** What comes in, one byte per character, and what it means: the requests, then the error that ends the connection. */
export const CASES: readonly {
  name: string;
  bytes: string;
  requests: readonly (readonly string[])[];
  error?: string;
}[] = [
  { name: 'one request', bytes: bulk('GET', 'key'), requests: [['GET', 'key']] },
  {
    name: 'a pipeline',
    bytes: bulk('SET', 'k', 'v') + bulk('GET', 'k'),
    requests: [
      ['SET', 'k', 'v'],
      ['GET', 'k'],
    ],
  },
  {
    name: 'empty and binary arguments',
    bytes: bulk('SET', '', '\r\n\0\xff'),
    requests: [['SET', '', '\r\n\0\xff']],
  },
  {
    name: 'lengths of several digits',
    bytes: bulk('SET', 'k'.repeat(12), 'v'.repeat(1234)),
    requests: [['SET', 'k'.repeat(12), 'v'.repeat(1234)]],
  },
  { name: 'more than nine arguments', bytes: bulk(...MANY), requests: [MANY] },
  { name: 'an empty array, skipped', bytes: `*0\r\n${bulk('PING')}`, requests: [['PING']] },
  { name: 'a negative array, skipped', bytes: `*-10\r\n${bulk('PING')}`, requests: [['PING']] },
  { name: 'an inline command', bytes: 'SET key value\r\n', requests: [['SET', 'key', 'value']] },
  { name: 'an inline command ended by LF alone', bytes: 'PING\n', requests: [['PING']] },
  {
    name: 'quotes in an inline command',
    bytes: "SET \"a b\\x41\\n\" 'c\\'d'\r\n",
    requests: [['SET', 'a bA\n', "c'd"]],
  },
  { name: 'empty lines, skipped', bytes: '\r\n\r\nPING\r\n', requests: [['PING']] },
  { name: 'inline after an array', bytes: `${bulk('PING')}PING\r\n`, requests: [['PING'], ['PING']] },
  {
    name: 'an array after inline',
    bytes: `PING\r\n${bulk('ECHO', 'x')}`,
    requests: [['PING'], ['ECHO', 'x']],
  },
  {
    name: 'unbalanced quotes',
    bytes: 'SET "a\r\n',
    requests: [],
    error: 'ERR Protocol error: unbalanced quotes in request',
  },
  {
    name: 'text behind a closing quote',
    bytes: 'SET "a"b\r\n',
    requests: [],
    error: 'ERR Protocol error: unbalanced quotes in request',
  },
  {
    name: 'an array length that is no number',
    bytes: '*x\r\n',
    requests: [],
    error: 'ERR Protocol error: invalid multibulk length',
  },
  {
    name: 'an array length out of range',
    bytes: '*3000000000\r\n',
    requests: [],
    error: 'ERR Protocol error: invalid multibulk length',
  },
  {
    name: 'more arguments than allowed',
    bytes: '*1048577\r\n',
    requests: [],
    error: 'ERR Protocol error: invalid multibulk length',
  },
  {
    name: 'something else than a bulk string',
    bytes: '*1\r\n:5\r\n',
    requests: [],
    error: "ERR Protocol error: expected '$', got ':'",
  },
  {
    name: 'a bulk length that is no number',
    bytes: '*1\r\n$x\r\n',
    requests: [],
    error: 'ERR Protocol error: invalid bulk length',
  },
  {
    name: 'a negative bulk length',
    bytes: '*1\r\n$-1\r\n',
    requests: [],
    error: 'ERR Protocol error: invalid bulk length',
  },
  {
    name: 'a bulk length beyond proto-max-bulk-len',
    bytes: '*1\r\n$536870913\r\n',
    requests: [],
    error: 'ERR Protocol error: invalid bulk length',
  },
  {
    name: 'a bulk length with a leading zero',
    bytes: '*1\r\n$01\r\nx\r\n',
    requests: [],
    error: 'ERR Protocol error: invalid bulk length',
  },
  {
    name: 'a good request before a bad one',
    bytes: `${bulk('PING')}*1\r\nx\r\n`,
    requests: [['PING']],
    error: "ERR Protocol error: expected '$', got 'x'",
  },
];
