import type { Reply } from '../protocol/reply.js';
import { replyElements, replyFields, replyNumber, replyText } from './reply-reading.js';

/** One argument of a command, as COMMAND DOCS tells it. */
export interface ArgumentDoc {
  readonly name: string;
  /** `key`, `string`, `integer`, `pure-token`, `oneof`, `block`, … */
  readonly type: string;
  /** The word that comes before the argument, or is the whole of it. */
  readonly token: string | undefined;
  readonly optional: boolean;
  readonly multiple: boolean;
  /** The token is repeated with every value. */
  readonly multipleToken: boolean;
  readonly arguments: readonly ArgumentDoc[];
}

/** A command or subcommand; `name` has them in words: `config get`. */
export interface CommandDoc {
  readonly name: string;
  readonly summary: string;
  readonly since: string;
  readonly group: string;
  readonly complexity: string;
  readonly arguments: readonly ArgumentDoc[];
  readonly subcommands: ReadonlyMap<string, CommandDoc>;
  /** Words including the name; negative is "at least"; undefined when the server did not tell. */
  readonly arity: number | undefined;
}

/** Arity of every command and subcommand (`config|get`), from the reply to COMMAND. */
export function readArities(reply: Reply): Map<string, number> {
  const arities = new Map<string, number>();
  const add = (entry: Reply): void => {
    const elements = replyElements(entry);
    const arity = replyNumber(elements[1]);
    if (Number.isInteger(arity)) arities.set(replyText(elements[0]).toLowerCase(), arity);
    for (const subcommand of elements[9] === undefined ? [] : replyElements(elements[9])) add(subcommand);
  };
  for (const entry of replyElements(reply)) add(entry);
  return arities;
}

/** Every command by its name in lower case, from the reply to COMMAND DOCS. */
export function readCommandDocs(reply: Reply, arities: ReadonlyMap<string, number>): Map<string, CommandDoc> {
  return readDocs(reply, arities);
}

function readDocs(reply: Reply, arities: ReadonlyMap<string, number>): Map<string, CommandDoc> {
  const docs = new Map<string, CommandDoc>();
  for (const [fullName, entry] of replyFields(reply)) {
    const fields = replyFields(entry);
    const subcommands = fields.get('subcommands');
    const words = fullName.toLowerCase().split('|');
    docs.set(words.at(-1) ?? '', {
      name: words.join(' '),
      summary: replyText(fields.get('summary')),
      since: replyText(fields.get('since')),
      group: replyText(fields.get('group')),
      complexity: replyText(fields.get('complexity')),
      arguments: readArguments(fields.get('arguments')),
      subcommands: subcommands === undefined ? new Map() : readDocs(subcommands, arities),
      arity: arities.get(fullName.toLowerCase()),
    });
  }
  return docs;
}

function readArguments(reply: Reply | undefined): ArgumentDoc[] {
  return (reply === undefined ? [] : replyElements(reply)).map((element) => {
    const fields = replyFields(element);
    const flags = fields.get('flags');
    const names = (flags === undefined ? [] : replyElements(flags)).map(replyText);
    const token = fields.get('token');
    return {
      name: replyText(fields.get('display_text') ?? fields.get('name')),
      type: replyText(fields.get('type')),
      token: token === undefined ? undefined : replyText(token),
      optional: names.includes('optional'),
      multiple: names.includes('multiple'),
      multipleToken: names.includes('multiple_token'),
      arguments: readArguments(fields.get('arguments')),
    };
  });
}

/** The syntax of arguments as people read it: `key value [NX | XX] [EX seconds]`. */
export function syntaxOf(list: readonly ArgumentDoc[]): string {
  return list.map(argumentSyntax).join(' ');
}

/** One argument with its brackets and repetition. */
export function argumentSyntax(argument: ArgumentDoc): string {
  const body = valueSyntax(argument);
  const tokens = argument.token === undefined ? [] : [argument.token === '' ? '""' : argument.token];
  const whole = argument.type === 'pure-token' ? tokens.join('') : [...tokens, body].join(' ');
  const more = argument.multiple ? ` [${argument.multipleToken ? whole : body} ...]` : '';
  return argument.optional ? `[${whole}${more}]` : whole + more;
}

function valueSyntax(argument: ArgumentDoc): string {
  if (argument.type === 'oneof') {
    const choices = argument.arguments.map(argumentSyntax).join('|');
    return argument.optional && argument.token === undefined ? choices : `<${choices}>`;
  }
  return argument.type === 'block' ? syntaxOf(argument.arguments) : argument.name;
}
