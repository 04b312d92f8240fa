import { splitInline } from '../../protocol/inline.js';

/** Our own names of directives, beside those of redis.conf. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  '-p': 'port',
  '-d': 'dir',
  '--host': 'bind',
  '--data-dir': 'dir',
  '--log-level': 'loglevel',
};

/** What a command line asks for. */
export interface LaunchArguments {
  /** A redis.conf, `-` for standard input, or null. */
  readonly file: string | null;
  /** Directives, each with its words, as lines of a redis.conf would give them. */
  readonly directives: readonly (readonly string[])[];
}

/**
 * Reads the command line of `mredis serve` as redis-server reads its own: a file first, then `--directive value …`. An
 * option's first value may itself begin with `--`; name and value may stand in one argument, apart or joined by `=`.
 */
export function readArguments(argv: readonly string[]): LaunchArguments {
  const first = argv[0];
  const named = first !== undefined && (first === '-' || !first.startsWith('-'));
  const directives: string[][] = [];
  let words: string[] = [];
  let valueExpected = false;
  const rest = named ? argv.slice(1) : argv;
  for (const [i, arg] of rest.entries()) {
    if (valueExpected || !isOption(arg)) {
      if (words.length === 0) directives.push(words);
      words.push(arg);
      valueExpected = false;
      continue;
    }
    words = optionWords(arg);
    directives.push(words);
    valueExpected = words.length === 1;
    // `--save` alone means no save points.
    if (words[0]?.toLowerCase() === 'save' && valueExpected && (rest[i + 1] ?? '--').startsWith('--')) {
      words.push('');
      valueExpected = false;
    }
  }
  return { file: named ? first : null, directives };
}

function isOption(arg: string): boolean {
  return arg.startsWith('--') || Object.hasOwn(OWN_NAMES, arg);
}

function optionWords(arg: string): string[] {
  const own = OWN_NAMES[arg];
  if (own !== undefined) return [own];
  const joined = /^(--[\w-]+)=(.*)$/s.exec(arg);
  if (joined !== null) return [OWN_NAMES[joined[1]!] ?? joined[1]!.slice(2), joined[2]!];
  return splitInline(arg.slice(2)) ?? [arg.slice(2)];
}

/** A directive as errors show it: `port "x"`. */
export function directiveText(words: readonly string[]): string {
  return words.map((word, i) => (i === 0 ? word : `"${word}"`)).join(' ');
}
