import type { CliMode, CliOptions, OutputMode } from './cli-options.js';
import { unquote } from './command-line.js';
import { applyServer, applyUri } from './server-address.js';
import { UsageError } from './usage-error.js';

export interface CliOption {
  readonly names: readonly string[];
  /** What its value is called in the help; without it the option stands alone. */
  readonly value?: string;
  readonly help: string;
  readonly set: (options: CliOptions, value: string) => void;
}

const mode =
  (name: CliMode) =>
  (options: CliOptions): void => {
    options.mode = name;
  };
const output =
  (name: OutputMode) =>
  (options: CliOptions): void => {
    options.output = name;
  };
const password = (options: CliOptions, value: string): void => {
  options.password = value;
  options.passwordShown = true;
};
const fileMode =
  (name: CliMode) =>
  (options: CliOptions, value: string): void => {
    options.mode = name;
    options.file = value;
  };

/** Every option of `mredis cli`, with redis-cli's names and meanings; the help and the parser are both made from it. */
export const CLI_OPTIONS: readonly CliOption[] = [
  {
    names: ['-h', '--host'],
    value: 'hostname',
    help: 'server hostname (default: 127.0.0.1)',
    set: (o, v) => (o.address.host = v),
  },
  {
    names: ['-p', '--port'],
    value: 'port',
    help: 'server port (default: 6379)',
    set: (o, v) => (o.address.port = port(v)),
  },
  {
    names: ['-s', '--socket'],
    value: 'socket',
    help: 'server socket (overrides hostname and port)',
    set: (o, v) => (o.address.path = v),
  },
  {
    names: ['--server'],
    value: 'host:port',
    help: 'server address in one word',
    set: (o, v) => {
      applyServer(o.address, v);
    },
  },
  {
    names: ['-u', '--uri'],
    value: 'uri',
    help: 'server URI: redis://user:password@host:port/db, or rediss:// for TLS',
    set: (o, v) => {
      applyUri(o, v);
    },
  },
  {
    names: ['-a', '--pass'],
    value: 'password',
    help: 'password; REDISCLI_AUTH in the environment is safer',
    set: password,
  },
  {
    names: ['--user'],
    value: 'username',
    help: 'ACL user to authenticate as; needs a password',
    set: (o, v) => (o.user = v),
  },
  { names: ['--askpass'], help: 'ask for the password on the terminal', set: (o) => (o.askPassword = true) },
  {
    names: ['--no-auth-warning'],
    help: 'no warning about a password on the command line',
    set: (o) => (o.authWarning = false),
  },
  { names: ['-n', '--db'], value: 'db', help: 'database number', set: (o, v) => (o.database = integer(v)) },
  { names: ['-2', '--resp2'], help: 'start in RESP2', set: (o) => (o.resp = 2) },
  { names: ['-3', '--resp3'], help: 'start in RESP3', set: (o) => (o.resp = 3) },
  { names: ['--tls'], help: 'connect over TLS', set: (o) => (o.address.tls ??= {}) },
  {
    names: ['--sni'],
    value: 'host',
    help: 'server name for TLS',
    set: (o, v) => ((o.address.tls ??= {}).serverName = v),
  },
  {
    names: ['--cacert'],
    value: 'file',
    help: 'CA certificate to verify the server with',
    set: (o, v) => ((o.address.tls ??= {}).caFile = v),
  },
  {
    names: ['--cert'],
    value: 'file',
    help: 'client certificate',
    set: (o, v) => ((o.address.tls ??= {}).certFile = v),
  },
  {
    names: ['--key'],
    value: 'file',
    help: 'private key of the client certificate',
    set: (o, v) => ((o.address.tls ??= {}).keyFile = v),
  },
  {
    names: ['--insecure'],
    help: 'do not verify the server certificate',
    set: (o) => ((o.address.tls ??= {}).insecure = true),
  },
  {
    names: ['--tls-ciphers'],
    value: 'list',
    help: 'TLS ciphers in order of preference',
    set: (o, v) => ((o.address.tls ??= {}).ciphers = v),
  },
  {
    names: ['-r', '--repeat'],
    value: 'times',
    help: 'run the command so often; -1 for ever',
    set: (o, v) => (o.repeat = integer(v)),
  },
  {
    names: ['-i', '--interval'],
    value: 'seconds',
    help: 'wait between repeats and samples; may be 0.1',
    set: (o, v) => (o.intervalMs = seconds(v)),
  },
  {
    names: ['-x', '--last-from-stdin'],
    help: 'read the last argument from stdin',
    set: (o) => (o.lastArgumentFromStdin = true),
  },
  {
    names: ['-X', '--tag-from-stdin'],
    value: 'tag',
    help: 'read the argument that equals this tag from stdin',
    set: (o, v) => (o.stdinTag = v),
  },
  {
    names: ['-d', '--bulk-delimiter'],
    value: 'delimiter',
    help: 'between elements of raw replies (default: newline)',
    set: (o, v) => (o.bulkDelimiter = v),
  },
  {
    names: ['-D', '--reply-delimiter'],
    value: 'delimiter',
    help: 'between raw replies (default: newline)',
    set: (o, v) => (o.replyDelimiter = v),
  },
  {
    names: ['-e', '--exit-error'],
    help: 'exit with 1 when the command fails',
    set: (o) => (o.failOnError = true),
  },
  { names: ['--raw'], help: 'raw replies (the default when stdout is no terminal)', set: output('raw') },
  { names: ['--no-raw'], help: 'formatted replies even when stdout is no terminal', set: output('standard') },
  { names: ['--csv'], help: 'replies as CSV', set: output('csv') },
  {
    names: ['--json'],
    help: 'replies as JSON (in RESP3 unless -2); INFO, CLIENT LIST and the like become objects',
    set: output('json'),
  },
  { names: ['--quoted-json'], help: 'as --json, with strings in ASCII only', set: output('quoted-json') },
  {
    names: ['--quoted-input'],
    help: 'arguments are quoted strings: \'"a\\x00b"\'',
    set: (o) => (o.quotedInput = true),
  },
  {
    names: ['--show-pushes'],
    value: 'yn',
    help: 'print RESP3 pushes (default: yes on a terminal)',
    set: (o, v) => (o.showPushes = !/^n/i.test(v)),
  },
  { names: ['--pipe'], help: 'send raw protocol from stdin: mass insertion', set: mode('pipe') },
  {
    names: ['--pipe-timeout'],
    value: 'n',
    help: 'give up when no reply comes for n seconds (default: 30; 0 waits for ever)',
    set: (o, v) => (o.pipeTimeoutMs = seconds(v)),
  },
  {
    names: ['--eval'],
    value: 'file',
    help: 'run a Lua script: --eval file key … , argument …',
    set: fileMode('eval'),
  },
  { names: ['--scan'], help: 'list all keys, by SCAN', set: mode('scan') },
  {
    names: ['--pattern'],
    value: 'pat',
    help: 'which keys --scan, --bigkeys, --memkeys and --hotkeys look at',
    set: (o, v) => (o.pattern = Buffer.from(v)),
  },
  {
    names: ['--quoted-pattern'],
    value: 'pat',
    help: 'as --pattern, as a quoted string',
    set: (o, v) => (o.pattern = unquoted(v)),
  },
  {
    names: ['--count'],
    value: 'n',
    help: 'the COUNT that SCAN is given',
    set: (o, v) => (o.scanCount = integer(v)),
  },
  { names: ['--bigkeys'], help: 'look for keys with many elements', set: mode('bigkeys') },
  { names: ['--memkeys'], help: 'look for keys that take much memory', set: mode('memkeys') },
  {
    names: ['--memkeys-samples'],
    value: 'n',
    help: 'as --memkeys, sampling n elements of each key',
    set: (o, v) => {
      o.mode = 'memkeys';
      o.memorySamples = integer(v);
    },
  },
  { names: ['--hotkeys'], help: 'look for hot keys (needs an LFU maxmemory-policy)', set: mode('hotkeys') },
  {
    names: ['--stat'],
    help: 'a live dashboard; one line a second when stdout is no terminal',
    set: mode('stat'),
  },
  { names: ['--latency'], help: 'sample the latency of PING', set: mode('latency') },
  {
    names: ['--latency-history'],
    help: 'as --latency, starting anew every 15 seconds (or -i)',
    set: mode('latency-history'),
  },
  {
    names: ['--rdb'],
    value: 'filename',
    help: 'save an RDB file of the server; - is stdout',
    set: fileMode('rdb'),
  },
  {
    names: ['--kv'],
    help: 'prompt that takes key:value, sets it and reads it back',
    set: (o) => (o.keyValue = true),
  },
  { names: ['--production'], help: 'ask before dangerous commands', set: (o) => (o.production = true) },
  { names: ['--pager'], help: 'show long replies through $PAGER', set: (o) => (o.pager = true) },
  { names: ['--verbose'], help: 'say more', set: (o) => (o.verbose = true) },
  { names: ['--help'], help: 'show this help', set: (o) => (o.help = true) },
];

/** Options of redis-cli that have no counterpart here; naming them gets an explanation. */
export const UNSUPPORTED_OPTIONS: readonly string[] = [
  '-c',
  '--cluster',
  '--replica',
  '--slave',
  '--functions-rdb',
  '--intrinsic-latency',
  '--latency-dist',
  '--ldb',
  '--ldb-sync-mode',
  '--lru-test',
  '--cacertdir',
  '--tls-ciphersuites',
];

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65535) throw new UsageError('Invalid server port.');
  return value;
}

/** As C's atoi: the number a text begins with, or 0. */
function integer(text: string): number {
  const value = parseInt(text, 10);
  return Number.isSafeInteger(value) ? value : 0;
}

function seconds(text: string): number {
  const value = parseFloat(text);
  return value > 0 && value < 1e9 ? value * 1000 : 0;
}

function unquoted(text: string): Buffer {
  const value = unquote(text);
  if (value === null) throw new UsageError('Invalid quoted string specified for --quoted-pattern');
  return value;
}
