/** Kinds of configuration directives: how their text is read, checked and printed, as redis.conf has them. */

export type Parsed<T> = { readonly value: T } | { readonly error: string };

export interface Kind<T> {
  readonly initial: T;
  /** Takes several words in redis.conf; they come joined by spaces. */
  readonly words?: true;
  /** The value, or the reason why the text is not one (Redis's words). */
  parse(text: string): Parsed<T>;
  print(value: T): string;
}

/** Limits of C's types, where Redis's messages name them. */
export const INT_MAX = 0x7fff_ffff;
export const UINT_MAX = 0xffff_ffff;
export const LONG_MAX = 2 ** 63;

export function boolean(initial: boolean): Kind<boolean> {
  return {
    initial,
    parse: (text) => {
      const word = text.toLowerCase();
      if (word === 'yes' || word === 'no') return { value: word === 'yes' };
      return { error: "argument must be 'yes' or 'no'" };
    },
    print: (value) => (value ? 'yes' : 'no'),
  };
}

export function integer(initial: number, min: number, max: number): Kind<number> {
  return {
    initial,
    parse: (text) => {
      if (!isInteger64(text)) return { error: "argument couldn't be parsed into an integer" };
      return bounded(Number(text), min, max);
    },
    print: String,
  };
}

/** As Redis reads integers: no sign but a minus, no leading zeros, 64 bits. */
function isInteger64(text: string): boolean {
  return /^(?:0|-?[1-9]\d{0,18})$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/** File permissions, in octal. */
export function octal(initial: number, max: number): Kind<number> {
  return {
    initial,
    parse: (text) => {
      if (!/^[0-7]{1,10}$/.test(text)) return { error: "argument couldn't be parsed as an octal number" };
      const value = parseInt(text, 8);
      return value <= max
        ? { value }
        : { error: `argument must be between 0 and ${max.toString(8)} inclusive` };
    },
    print: (value) => value.toString(8),
  };
}

/** Bytes, with the units of redis.conf: `1k` 1000, `1kb` 1024, `mb`, `gb`, `b`. */
export function memory(initial: number, min = 0, max = LONG_MAX): Kind<number> {
  return {
    initial,
    parse: (text) => {
      const bytes = parseMemory(text);
      return bytes === null ? { error: 'argument must be a memory value' } : bounded(bytes, min, max);
    },
    print: String,
  };
}

/** Bytes, or a percentage of maxmemory, which is kept as a negative number. */
export function memoryOrPercent(initial: number): Kind<number> {
  return {
    initial,
    parse: (text) => {
      const percent = /^(\d{1,3})%$/.exec(text);
      const bytes = percent === null ? parseMemory(text) : -Number(percent[1]);
      if (bytes === null) return { error: 'argument must be a memory or percent value' };
      if (bytes < -100) return { error: 'percentage argument must be less or equal to 100' };
      return { value: bytes };
    },
    print: (value) => (value < 0 ? `${-value}%` : String(value)),
  };
}

export function text(initial: string): Kind<string> {
  return { initial, parse: (value) => ({ value }), print: (value) => value };
}

/** The name of a file, not a path to it. */
export function fileName(initial: string, directive: string): Kind<string> {
  return {
    initial,
    parse: (value) =>
      value.includes('/') ? { error: `${directive} can't be a path, just a filename` } : { value },
    print: (value) => value,
  };
}

/** Any number of words up to `max`. */
export function wordList(initial: readonly string[], max: number, tooMany: string): Kind<readonly string[]> {
  return {
    initial,
    words: true,
    parse: (given) => {
      const value = split(given);
      return value.length > max ? { error: tooMany } : { value };
    },
    print: (value) => value.join(' '),
  };
}

export function oneOf<T extends string>(initial: T, ...words: readonly T[]): Kind<T> {
  return {
    initial,
    parse: (given) => {
      const word = words.find((candidate) => candidate === given.toLowerCase());
      if (word !== undefined) return { value: word };
      return { error: `argument(s) must be one of the following: ${words.join(', ')}` };
    },
    print: (value) => value,
  };
}

/** Several of `words`; the first of them stands for none. */
export function someOf<T extends string>(...words: readonly [T, ...T[]]): Kind<readonly T[]> {
  const none = words[0];
  return {
    initial: [],
    words: true,
    parse: (text) => {
      const value = new Set<T>();
      const wrong = { error: `argument(s) must be one of the following: ${words.join(', ')}` };
      const given = split(text.toLowerCase());
      if (given.length === 0) return wrong;
      for (const word of given) {
        const known = words.find((candidate) => candidate === word);
        if (known === undefined) return wrong;
        if (known !== none) value.add(known);
      }
      return { value: words.filter((word) => value.has(word)) };
    },
    print: (value) => (value.length === 0 ? none : value.join(' ')),
  };
}

function bounded(value: number, min: number, max: number): Parsed<number> {
  if (value >= min && value <= max) return { value };
  return { error: `argument must be between ${longText(min)} and ${longText(max)} inclusive` };
}

function longText(value: number): string {
  return value === LONG_MAX ? '9223372036854775807' : String(value);
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1_000_000,
  mb: 1024 ** 2,
  g: 1_000_000_000,
  gb: 1024 ** 3,
};

export function parseMemory(text: string): number | null {
  const match = /^(\d+)([a-z]*)$/.exec(text.toLowerCase());
  const unit = match === null ? undefined : UNITS[match[2] ?? ''];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** The words of a text. */
export function split(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
