import { chalk } from './colour.js';
import { type CommandDoc, syntaxOf } from './command-doc.js';

/** What the client itself understands, one line each, for `help`. */
export type HelpLines = readonly (readonly [usage: string, meaning: string])[];

export function helpOverview(lines: HelpLines): string {
  const width = Math.max(...lines.map(([usage]) => usage.length)) + 2;
  const body = lines.map(([usage, meaning]) => `  ${usage.padEnd(width)}${meaning}\n`).join('');
  return [
    'mredis cli: type a Redis command, or one of these:\n',
    body,
    'Keys: Tab completes, Right takes the suggestion, Ctrl-R searches the history, Ctrl-C clears the line.\n',
  ].join('');
}

/** `help SET`, `help config get`, `help @string`; undefined when nothing is called so. */
export function helpTopic(
  docs: ReadonlyMap<string, CommandDoc>,
  words: readonly string[],
): string | undefined {
  const topic = words.join(' ').toLowerCase();
  const all = [...docs.values()].flatMap((doc) => [doc, ...doc.subcommands.values()]);
  if (topic.startsWith('@')) {
    const group = all.filter((doc) => doc.group.replaceAll('_', '-') === topic.slice(1).replaceAll('_', '-'));
    // A server tells of its commands in the order of its hash table, another one each time.
    group.sort((one, other) => (one.name < other.name ? -1 : 1));
    return group.length === 0 ? undefined : group.map(describe).join('');
  }
  const found = all.filter((doc) => doc.name === topic);
  return found.length === 0 ? undefined : found.map(describe).join('');
}

/** The groups that `help @…` knows. */
export function helpGroups(docs: ReadonlyMap<string, CommandDoc>): string[] {
  return [...new Set([...docs.values()].map((doc) => doc.group))].filter((group) => group !== '').sort();
}

function describe(doc: CommandDoc): string {
  const facts = [
    ['summary', doc.summary],
    ['since', doc.since],
    ['group', doc.group],
    ['complexity', doc.complexity],
  ].filter(([, value]) => value !== '');
  const subcommands = [...doc.subcommands.keys()].map((name) => name.toUpperCase()).join(' ');
  return [
    `\n  ${chalk.bold(doc.name.toUpperCase())} ${chalk.dim(syntaxOf(doc.arguments))}\n`,
    ...facts.map(([name, value]) => `  ${chalk.yellow(`${name ?? ''}:`)} ${value ?? ''}\n`),
    subcommands === '' ? '' : `  ${chalk.yellow('subcommands:')} ${subcommands}\n`,
    '\n',
  ].join('');
}
