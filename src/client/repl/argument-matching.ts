import type { ArgumentDoc } from '../command-doc.js';

/** What words so far leave to be written. */
export interface ArgumentMatch {
  /** Arguments that may or must still come. */
  readonly remaining: readonly ArgumentDoc[];
  /** The first word that fits nothing, or -1. */
  readonly wrongWordAt: number;
}

/** How far the words from `at` fill one argument. */
interface Step {
  readonly used: number;
  /** What is missing of the argument itself: the value after a token. */
  readonly rest: readonly ArgumentDoc[];
  readonly byToken: boolean;
}

/**
 * Fits words to a command's arguments, from left to right: tokens in any order among optional arguments, everything
 * else in its place. It decides nothing, it is a help for whoever types; the server decides.
 */
export function matchArguments(list: readonly ArgumentDoc[], words: readonly string[]): ArgumentMatch {
  const { pending, at } = consume(list, words, 0);
  return { remaining: pending, wrongWordAt: at < words.length ? at : -1 };
}

function consume(
  list: readonly ArgumentDoc[],
  words: readonly string[],
  from: number,
): { pending: ArgumentDoc[]; at: number } {
  let pending = [...list];
  let at = from;
  while (at < words.length) {
    const reachable = reachableCount(pending);
    const steps = pending.slice(0, reachable).map((argument) => fit(argument, words, at));
    const byToken = steps.findIndex((step) => step?.byToken === true);
    const chosen = byToken >= 0 ? byToken : steps.findIndex((step) => step !== undefined);
    const step = steps[chosen];
    const argument = pending[chosen];
    if (step === undefined || argument === undefined || step.used === 0) break;
    at += step.used;
    // A positional argument behind optional ones means that those were left out.
    const skipped = step.byToken
      ? pending.slice(0, chosen)
      : pending.slice(0, chosen).filter(({ token }) => token !== undefined && argument.optional);
    const again = argument.multiple
      ? [{ ...argument, optional: true, token: argument.multipleToken ? argument.token : undefined }]
      : [];
    pending = [...step.rest, ...again, ...skipped, ...pending.slice(chosen + 1)];
    // `key [key ...]` goes on in its place; nothing before it can come any more.
  }
  return { pending, at };
}

/** Optional arguments up to and with the first that must come. */
function reachableCount(pending: readonly ArgumentDoc[]): number {
  const required = pending.findIndex((argument) => !argument.optional);
  return required < 0 ? pending.length : required + 1;
}

function fit(argument: ArgumentDoc, words: readonly string[], at: number): Step | undefined {
  const { token, type } = argument;
  const word = words[at] ?? '';
  if (type === 'pure-token') return sameWord(token, word) ? { used: 1, rest: [], byToken: true } : undefined;
  if (token !== undefined && token !== '') {
    if (!sameWord(token, word)) return undefined;
    const value = { ...argument, token: undefined, optional: false, multiple: false };
    if (at + 1 >= words.length) return { used: 1, rest: [value], byToken: true };
    const step = fit(value, words, at + 1);
    return step === undefined
      ? { used: 1, rest: [value], byToken: true }
      : { used: step.used + 1, rest: step.rest, byToken: true };
  }
  if (type === 'oneof') {
    const steps = argument.arguments.map((choice) => fit(choice, words, at));
    return steps.find((step) => step?.byToken === true) ?? steps.find((step) => step !== undefined);
  }
  if (type === 'block') {
    const { pending, at: end } = consume(argument.arguments, words, at);
    if (end === at) return undefined;
    const [first] = argument.arguments;
    const missing =
      end < words.length
        ? []
        : pending.filter((inner) => !inner.optional || pending.some((other) => !other.optional));
    return { used: end - at, rest: missing, byToken: first?.token !== undefined };
  }
  return { used: 1, rest: [], byToken: false };
}

function sameWord(token: string | undefined, word: string): boolean {
  return token !== undefined && token !== '' && token.toLowerCase() === word.toLowerCase();
}

/** Tokens that may come next. */
export function nextTokens(remaining: readonly ArgumentDoc[]): string[] {
  return remaining.slice(0, reachableCount(remaining)).flatMap(firstTokens);
}

function firstTokens(argument: ArgumentDoc): string[] {
  if (argument.token !== undefined && argument.token !== '') return [argument.token];
  if (argument.type === 'oneof') return argument.arguments.flatMap(firstTokens);
  const [first] = argument.arguments;
  return argument.type === 'block' && first !== undefined ? firstTokens(first) : [];
}

/** Whether the next word may be a key. */
export function expectsKey(remaining: readonly ArgumentDoc[]): boolean {
  return remaining.slice(0, reachableCount(remaining)).some(beginsWithKey);
}

function beginsWithKey(argument: ArgumentDoc): boolean {
  if (argument.token !== undefined) return false;
  if (argument.type === 'key') return true;
  const inner =
    argument.type === 'block'
      ? argument.arguments.slice(0, 1)
      : argument.type === 'oneof'
        ? argument.arguments
        : [];
  return inner.some(beginsWithKey);
}
