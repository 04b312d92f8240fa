import { keysOf, keysWithFlags } from '../../arguments/command-keys.js';
import { globMatches } from '../../../bytes/glob.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type Command, type CommandSpec, Flag } from '../command.js';
import { categoriesOf, keyFlagWords } from '../flag-names.js';
import { helpSubcommand } from '../help.js';
import { replyDocs } from './command-docs.js';
import { replyInfo } from './command-info.js';

const FLAGS = Flag.LOADING | Flag.STALE;
const UNORDERED = ['nondeterministic_output_order'];

function subcommand(
  name: string,
  summary: string,
  since: string,
  syntax: string,
  arity: number,
  handler: (session: Session, request: Request) => void,
): CommandSpec {
  const complexity = COMPLEXITIES[name] ?? 'O(1)';
  const categories = ['connection'];
  return {
    name,
    group: 'server',
    summary,
    since,
    complexity,
    syntax,
    arity,
    flags: FLAGS,
    categories,
    handler,
  };
}

const COMPLEXITIES: Readonly<Record<string, string>> = {
  docs: 'O(N) where N is the number of commands to look up',
  info: 'O(N) where N is the number of commands to look up',
  list: 'O(N) where N is the total number of Redis commands',
  getkeys: 'O(N) where N is the number of arguments to the command',
  getkeysandflags: 'O(N) where N is the number of arguments to the command',
};

/** Redis has told it since 7.2. */
const COMMAND_LINE = 'command [arg [arg ...]]';

const SUBCOMMANDS: readonly CommandSpec[] = [
  subcommand('count', 'Tells how many commands there are.', '2.8.13', '', 2, (session) => {
    session.reply.integer(session.server.commands.count);
  }),
  {
    ...subcommand(
      'docs',
      'Tells what commands do and take.',
      '7.0.0',
      '[command-name [command-name ...]]',
      -2,
      docs,
    ),
    tips: UNORDERED,
  },
  subcommand(
    'getkeys',
    'Tells the keys of a command line.',
    '2.8.13',
    COMMAND_LINE,
    -4,
    (session, request) => {
      const found = inspect(session, request);
      if (found === null) return;
      const positions = keysOf(found.command, found.request);
      if (positions === null) return session.reply.error('ERR Invalid arguments specified for command');
      session.reply.array(positions.length);
      for (const at of positions) session.reply.bulk(found.request.arg(at));
    },
  ),
  subcommand(
    'getkeysandflags',
    'As GETKEYS, with how each key is used.',
    '7.0.0',
    COMMAND_LINE,
    -4,
    (session, request) => {
      const { reply } = session;
      const found = inspect(session, request);
      if (found === null) return;
      const keys = keysWithFlags(found.command, found.request);
      if (keys === null) return reply.error('ERR Invalid arguments specified for command');
      reply.array(keys.length);
      for (const { at, flags } of keys) {
        const words = keyFlagWords(flags);
        reply.array(2);
        reply.bulk(found.request.arg(at));
        reply.set(words.length);
        for (const word of words) reply.simple(word);
      }
    },
  ),
  {
    ...subcommand(
      'info',
      'Tells arity, flags and keys of commands.',
      '2.8.13',
      '[command-name [command-name ...]]',
      -2,
      info,
    ),
    tips: UNORDERED,
    history: [['7.0.0', 'Without names it tells about all commands.']],
  },
  {
    ...subcommand(
      'list',
      'Lists the names of commands.',
      '7.0.0',
      '[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]',
      -2,
      list,
    ),
    tips: UNORDERED,
  },
];

export const command: CommandSpec = {
  name: 'command',
  group: 'server',
  summary: 'Tells about all commands.',
  since: '2.8.13',
  complexity: 'O(N) where N is the total number of Redis commands',
  syntax: '',
  arity: -1,
  flags: FLAGS,
  categories: ['connection'],
  tips: UNORDERED,
  subcommands: [
    ...SUBCOMMANDS,
    {
      ...helpSubcommand('command', 'server', '5.0.0', SUBCOMMANDS, undefined, 'Tells about all commands.'),
      categories: ['connection'],
    },
  ],
  handler: (session, request): void => {
    if (request.count > 1) return session.reply.error(errors.unknownSubcommand(request.string(1), 'command'));
    replyAll(session);
  },
};

function replyAll(session: Session): void {
  const { commands } = session.server;
  session.reply.array(commands.count);
  for (const each of commands.all()) replyInfo(session, each);
}

function info(session: Session, request: Request): void {
  if (request.count === 2) return replyAll(session);
  session.reply.array(request.count - 2);
  for (let i = 2; i < request.count; i++) {
    const found = session.server.commands.get(request.word(i));
    if (found === undefined) session.reply.null();
    else replyInfo(session, found);
  }
}

function docs(session: Session, request: Request): void {
  const { commands } = session.server;
  const names = request.strings(2).map((name) => commands.get(name.toLowerCase()));
  const found = request.count === 2 ? [...commands.all()] : names.filter((each) => each !== undefined);
  session.reply.map(found.length);
  for (const each of found) {
    session.reply.text(each.fullName);
    replyDocs(session, each);
  }
}

function list(session: Session, request: Request): void {
  const { reply, server } = session;
  if (request.count === 2)
    return reply.texts([...server.commands.everything()].map(({ fullName }) => fullName));
  if (request.count !== 5 || !request.is(2, 'filterby')) return reply.error(errors.SYNTAX);
  const test = filter(request.word(3), request.string(4));
  if (test === null) return reply.error(errors.SYNTAX);
  reply.texts([...server.commands.everything()].filter(test).map(({ fullName }) => fullName));
}

function filter(kind: string, value: string): ((command: Command) => boolean) | null {
  switch (kind) {
    case 'module':
      return () => false;
    case 'aclcat':
      return (each) => categoriesOf(each).includes(value.toLowerCase());
    case 'pattern':
      return (each) => globMatches(value, each.fullName, true);
    default:
      return null;
  }
}

/** The command line inside COMMAND GETKEYS; null after it has replied with the error. */
function inspect(session: Session, request: Request): { command: Command; request: Request } | null {
  const { reply, server } = session;
  // The arguments are the same bytes, seen from the third on.
  const inner = request.from(2);
  const container = server.commands.find(inner);
  const found = container?.subcommands.get(inner.count > 1 ? inner.word(1) : '') ?? container;
  if (found === undefined) {
    reply.error('ERR Invalid command specified');
    return null;
  }
  const hasKeys = (found.spec.keys ?? []).some(({ flags }) => !flags.includes('NOT_KEY'));
  if (!hasKeys && found.spec.getKeys === undefined) {
    reply.error('ERR The command has no key arguments');
    return null;
  }
  if (!found.accepts(inner.count)) {
    reply.error('ERR Invalid number of arguments specified for command');
    return null;
  }
  return { command: found, request: inner };
}
