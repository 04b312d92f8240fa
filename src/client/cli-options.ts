import { CLI_OPTIONS, UNSUPPORTED_OPTIONS, type CliOption } from './cli-option-table.js';
import { UsageError } from './usage-error.js';
import type { ServerAddress } from './server-address.js';

/** How replies are printed. */
export type OutputMode = 'standard' | 'raw' | 'csv' | 'json' | 'quoted-json';

/** What runs instead of a command or the prompt. */
export type CliMode =
  | 'pipe'
  | 'scan'
  | 'bigkeys'
  | 'memkeys'
  | 'hotkeys'
  | 'stat'
  | 'latency'
  | 'latency-history'
  | 'rdb'
  | 'eval';

export interface CliOptions {
  address: ServerAddress;
  user: string | undefined;
  password: string | undefined;
  /** The password stood on the command line, where others may read it. */
  passwordShown: boolean;
  askPassword: boolean;
  authWarning: boolean;
  database: number;
  resp: 2 | 3 | undefined;
  mode: CliMode | undefined;
  output: OutputMode | undefined;
  bulkDelimiter: string;
  replyDelimiter: string;
  quotedInput: boolean;
  showPushes: boolean | undefined;
  failOnError: boolean;
  lastArgumentFromStdin: boolean;
  stdinTag: string | undefined;
  /** How often the command runs; below 0 is for ever. */
  repeat: number;
  intervalMs: number;
  pipeTimeoutMs: number;
  pattern: Buffer | undefined;
  scanCount: number | undefined;
  memorySamples: number | undefined;
  /** The script of --eval, the target of --rdb. */
  file: string;
  keyValue: boolean;
  production: boolean;
  pager: boolean;
  verbose: boolean;
  help: boolean;
}

const BY_NAME: ReadonlyMap<string, CliOption> = new Map(
  CLI_OPTIONS.flatMap((option) => option.names.map((name): [string, CliOption] => [name, option])),
);

/**
 * Reads a command line as redis-cli does: options up to the first word that is none; from there on everything belongs
 * to the Redis command, whatever it looks like. Throws `UsageError`.
 */
export function parseCliOptions(argv: readonly string[]): { options: CliOptions; command: string[] } {
  const options = defaultOptions();
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (!word.startsWith('-') || word === '-') break;
    if (word === '--') {
      at++;
      break;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = equals < 0 ? word : word.slice(0, equals);
    const option = BY_NAME.get(name);
    const last = at === argv.length - 1;
    if (name === '-h' && last) {
      options.help = true;
    } else if (UNSUPPORTED_OPTIONS.includes(name)) {
      throw new UsageError(`'${name}' of redis-cli is not supported by mredis cli`);
    } else if (option === undefined || (option.value !== undefined && equals < 0 && last)) {
      throw new UsageError(`Unrecognized option or bad number of args for: '${word}'`);
    } else if (option.value === undefined) {
      option.set(options, '');
    } else {
      option.set(options, equals < 0 ? (argv[++at] ?? '') : word.slice(equals + 1));
    }
  }
  return { options, command: argv.slice(at) };
}

function defaultOptions(): CliOptions {
  return {
    address: { host: '127.0.0.1', port: 6379, path: undefined, tls: undefined },
    user: undefined,
    password: undefined,
    passwordShown: false,
    askPassword: false,
    authWarning: true,
    database: 0,
    resp: undefined,
    mode: undefined,
    output: undefined,
    bulkDelimiter: '\n',
    replyDelimiter: '\n',
    quotedInput: false,
    showPushes: undefined,
    failOnError: false,
    lastArgumentFromStdin: false,
    stdinTag: undefined,
    repeat: 1,
    intervalMs: 0,
    pipeTimeoutMs: 30_000,
    pattern: undefined,
    scanCount: undefined,
    memorySamples: undefined,
    file: '',
    keyValue: false,
    production: false,
    pager: false,
    verbose: false,
    help: false,
  };
}
