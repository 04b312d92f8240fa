/** An argument of a command, as COMMAND DOCS tells it. */
export interface Argument {
  readonly name: string;
  readonly type: ArgumentType;
  /** The word that goes before the value, or is the argument. */
  readonly token?: string;
  readonly optional?: true;
  readonly multiple?: true;
  /** The token is repeated with every value. */
  readonly multipleToken?: true;
  /** Of a `oneof` or a `block`. */
  readonly arguments?: readonly Argument[];
}

export type ArgumentType =
  'string' | 'integer' | 'double' | 'key' | 'pattern' | 'unix-time' | 'pure-token' | 'oneof' | 'block';

/**
 * Reads a line in Redis's notation: words in capitals are tokens, those in small letters values; `[ ]` is optional,
 * `< >` holds together, `|` separates alternatives, `x [x ...]` repeats.
 */
export function parseSyntax(syntax: string): Argument[] {
  const words = syntax.match(/[[\]<>|]|[^\s[\]<>|]+/g) ?? [];
  const reader = { words, at: 0 };
  return parseSequence(reader, null);
}

interface Reader {
  readonly words: readonly string[];
  at: number;
}

/** Arguments up to `end`, which is read as well. At the top level (`end` null) alternatives are single words. */
function parseSequence(reader: Reader, end: string | null): Argument[] {
  const alternatives: Argument[][] = [];
  let current: Argument[] = [];
  let joined = false;
  for (;;) {
    const word = reader.words[reader.at++];
    if (word === undefined || word === end) break;
    if (word === '|') {
      if (end === null) joined = true;
      else {
        alternatives.push(current);
        current = [];
      }
      continue;
    }
    if (word === '...') continue;
    const argument = parseTerm(reader, word, current);
    if (argument === null) continue;
    if (joined) current.push(joinAlternative(current.pop()!, argument));
    else current.push(argument);
    joined = false;
  }
  if (alternatives.length === 0) return bindTokens(current, end !== null);
  alternatives.push(current);
  return [oneOf(alternatives.map((sequence) => asOne(bindTokens(sequence, true))))];
}

/** One word or bracketed part; null when it only says that what goes before repeats. */
function parseTerm(reader: Reader, word: string, before: Argument[]): Argument | null {
  if (word === '[') {
    const from = reader.at;
    const inner = parseSequence(reader, ']');
    const text = reader.words.slice(from, reader.at - 1);
    if (text.at(-1) !== '...') return { ...asOne(inner), optional: true };
    if (repeat(before, inner)) return null;
    return { ...asOne(inner), optional: true, multiple: true };
  }
  if (word === '<') return asOne(parseSequence(reader, '>'));
  if (word === '""') return { name: 'empty_string', type: 'pure-token', token: '' };
  return isToken(word)
    ? { name: word.toLowerCase(), type: 'pure-token', token: word }
    : { name: word, type: typeOf(word) };
}

/** Marks the arguments that `inner` repeats as one that may occur several times; false when it repeats none. */
function repeat(before: Argument[], inner: readonly Argument[]): boolean {
  const bound = bindTokens(before, true);
  const count = inner.length;
  const repeated = bound.slice(-count);
  // Behind a token the value alone may repeat: `WEIGHTS weight [weight ...]`.
  const valueAlone = count === 1 && repeated[0]?.token !== undefined && inner[0]!.token === undefined;
  const shown = repeated.map((each) => shape(each, !valueAlone));
  if (count === 0 || shown.join(' ') !== inner.map((each) => shape(each, true)).join(' ')) return false;
  const one = asOne(repeated);
  const multipleToken = one.token !== undefined && one.type !== 'pure-token' && !valueAlone;
  before.splice(0, before.length, ...bound.slice(0, -count), {
    ...one,
    multiple: true,
    ...(multipleToken && { multipleToken }),
  });
  return true;
}

function shape(argument: Argument, withToken: boolean): string {
  return `${withToken ? (argument.token ?? '') : ''}:${argument.name}:${(argument.arguments ?? []).map((each) => shape(each, true)).join(',')}`;
}

/** Joins a token to what follows it: to the next argument, or, in brackets, to all of them. */
function bindTokens(sequence: readonly Argument[], inBrackets: boolean): Argument[] {
  const bound: Argument[] = [];
  for (let i = 0; i < sequence.length; i++) {
    const argument = sequence[i]!;
    const next = sequence[i + 1];
    const joins =
      argument.type === 'pure-token' &&
      argument.optional !== true &&
      next?.token === undefined &&
      next !== undefined &&
      next.optional !== true;
    const rest = sequence.slice(1);
    if (inBrackets && i === 0 && isWord(argument) && rest.length > 0 && rest.every(isOptional)) {
      return [{ ...block(bindTokens(rest, false)), token: argument.token! }];
    }
    if (!joins) bound.push(argument);
    else if (
      inBrackets &&
      i === 0 &&
      sequence.length > 2 &&
      sequence.slice(1).every((each) => each.optional !== true)
    ) {
      return [{ ...block(bindTokens(sequence.slice(1), false)), token: argument.token! }];
    } else {
      bound.push({ ...next, token: argument.token! });
      i++;
    }
  }
  return bound;
}

function isWord({ type, optional }: Argument): boolean {
  return type === 'pure-token' && optional !== true;
}

function isOptional({ optional }: Argument): boolean {
  return optional === true;
}

function joinAlternative(first: Argument, second: Argument): Argument {
  return first.type === 'oneof' && first.optional === undefined && first.token === undefined
    ? oneOf([...first.arguments!, second])
    : oneOf([first, second]);
}

function oneOf(alternatives: readonly Argument[]): Argument {
  return { name: alternatives.map(({ name }) => name).join('_'), type: 'oneof', arguments: alternatives };
}

function block(parts: readonly Argument[]): Argument {
  return { name: parts.map(({ name }) => name).join('_'), type: 'block', arguments: parts };
}

function asOne(parts: readonly Argument[]): Argument {
  return parts.length === 1 ? parts[0]! : block(parts);
}

function isToken(word: string): boolean {
  return /^[A-Z][A-Z0-9_-]*$/.test(word) || /^[^a-z0-9]+$/.test(word);
}

const INTEGERS = new Set([
  'count',
  'cursor',
  'db',
  'destination-db',
  'id',
  'increment',
  'index',
  'limit',
  'len',
  'max',
  'min',
  'milliseconds',
  'ms',
  'num-matches',
  'numkeys',
  'numreplicas',
  'offset',
  'port',
  'protover',
  'rank',
  'seconds',
  'start',
  'stop',
  'end',
  'threshold',
  'ttl',
  'version',
  'client-id',
  'bit',
  'width',
  'bits',
  'timeout',
  'frequency',
]);

/** The type of a value follows from its name. */
function typeOf(name: string): ArgumentType {
  if (/^(unix-time.*|.*-unix-time)$/.test(name)) return 'unix-time';
  if (/^(key|newkey|source|destination|destkey|src|dst|key1|key2|sourcekey)$/.test(name)) return 'key';
  if (name === 'pattern') return 'pattern';
  if (/^(score|longitude|latitude|radius|height|weight)$/.test(name)) return 'double';
  return INTEGERS.has(name) ? 'integer' : 'string';
}
