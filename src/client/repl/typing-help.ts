import { BUILTINS } from '../builtins.js';
import type { CommandCatalog } from '../command-catalog.js';
import { argumentSyntax } from '../command-doc.js';
import { type CommandLine, parseCommandLine } from '../command-line.js';
import { matchArguments } from './argument-matching.js';

/** What is said about a line while it is typed. */
export interface TypingHelp {
  /** What may still be written, to show behind the cursor. */
  readonly hint: string;
  /** What is wrong with the line, or empty. */
  readonly warning: string;
  /** What the command is for. */
  readonly summary: string;
}

const NOTHING: TypingHelp = { hint: '', warning: '', summary: '' };

/** Hint and warning for a line. */
export function typingHelp(catalog: CommandCatalog, line: string): TypingHelp {
  const parsed = parseCommandLine(line);
  const words = parsed.words.map((word) => word.value.toString());
  const [name = ''] = words;
  if (name === '' || catalog.docs.size === 0) return NOTHING;
  const openWord = !/\s$/.test(line);
  const builtin = BUILTINS.get(name.toLowerCase());
  if (builtin !== undefined)
    return { ...NOTHING, summary: builtin.meaning, hint: builtinHint(builtin.usage, words, openWord) };
  const repeated = /^[1-9]\d*$/.test(name) ? 1 : 0;
  const pipeAt = pipePosition(line, parsed);
  const own = words.slice(repeated, pipeAt < 0 ? undefined : pipeAt);
  const found = catalog.find(own);
  if (found === undefined) {
    const unknown = own.length > 1 || (own.length === 1 && !openWord && pipeAt < 0);
    const leaves = ['quit', 'exit'].includes(name.toLowerCase());
    return unknown && !leaves ? { ...NOTHING, warning: `unknown command '${own[0] ?? ''}'` } : NOTHING;
  }
  const { doc, nameWords } = found;
  if (doc.subcommands.size > 0) return subcommandHelp(doc.name, doc.summary, own, openWord);
  const given = own.slice(nameWords);
  const { remaining, wrongWordAt } = matchArguments(doc.arguments, given);
  const hint = pipeAt < 0 ? remaining.map(argumentSyntax).join(' ') : '';
  // The last word may be an option that is not complete yet, as long as there is anything to come.
  const lastIsOpen = openWord && pipeAt < 0 && wrongWordAt === given.length - 1 && remaining.length > 0;
  if (wrongWordAt >= 0) {
    const word = given[wrongWordAt] ?? '';
    return {
      hint: '',
      summary: doc.summary,
      warning: lastIsOpen ? '' : `'${word}' does not fit here: ${doc.name.toUpperCase()}`,
    };
  }
  return {
    hint,
    summary: doc.summary,
    warning: arityWarning(doc.name, doc.arity, own.length, given.length > 0),
  };
}

function subcommandHelp(
  name: string,
  summary: string,
  own: readonly string[],
  openWord: boolean,
): TypingHelp {
  const unknown = own.length > 2 || (own.length === 2 && !openWord);
  const warning = unknown ? `unknown subcommand '${own[1] ?? ''}' of ${name.toUpperCase()}` : '';
  return { hint: own.length === 1 ? 'subcommand' : '', summary, warning };
}

/** Says what is missing once arguments are being typed; before that the hint says it. */
function arityWarning(name: string, arity: number | undefined, count: number, typing: boolean): string {
  if (arity === undefined) return '';
  const least = Math.abs(arity);
  if (count < least && typing)
    return `${name.toUpperCase()} needs ${arity < 0 ? 'at least ' : ''}${least - 1} arguments`;
  return arity > 0 && count > arity ? `${name.toUpperCase()} takes only ${arity - 1} arguments` : '';
}

function builtinHint(usage: string, words: readonly string[], openWord: boolean): string {
  if (words.length === 1) return usage.split(' ').slice(1).join(' ');
  return words.length === 2 && !openWord ? usage.split(' ').slice(2).join(' ') : '';
}

/** Index of the word that is a pipe into the shell, or -1. */
export function pipePosition(line: string, { words }: CommandLine): number {
  return words.findIndex((word) => !word.quoted && line.slice(word.start, word.end) === '|');
}
