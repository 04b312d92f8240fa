/** Kinds of configuration directives: how their text is read, checked and printed, as redis.conf has them. */

export interface Kind<T> {
  readonly initial: T;
  /** The value, or the reason why the text is not one (Redis's words). */
  parse(text: string): { readonly value: T } | { readonly error: string };
  print(value: T): string;
}

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
      if (!/^-?\d{1,16}$/.test(text)) return { error: "argument couldn't be parsed into an integer" };
      return bounded(Number(text), min, max);
    },
    print: String,
  };
}

/** Bytes, with the units of redis.conf: `1k` 1000, `1kb` 1024, `mb`, `gb`, `b`. */
export function memory(initial: number, min = 0, max = Number.MAX_SAFE_INTEGER): Kind<number> {
  return {
    initial,
    parse: (text) => {
      const bytes = parseMemory(text);
      return bytes === null ? { error: 'argument must be a memory value' } : bounded(bytes, min, max);
    },
    print: String,
  };
}

export function text(initial: string): Kind<string> {
  return { initial, parse: (value) => ({ value }), print: (value) => value };
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

function bounded(value: number, min: number, max: number): { value: number } | { error: string } {
  if (value >= min && value <= max) return { value };
  return { error: `argument must be between ${min} and ${max} inclusive` };
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
