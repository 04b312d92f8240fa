import type { Word } from './command-line.js';
import { helpGroups, type HelpLines, helpOverview, helpTopic } from './help.js';
import type { Interpreter, Preferences } from './interpreter.js';
import { peekKey } from './peek.js';
import { prefixTree } from './prefixes.js';
import { asBytes } from './screen.js';
import { applyServer } from './server-address.js';
import { UsageError } from './usage-error.js';

/** A word that the client understands itself. */
interface Builtin {
  readonly usage: string;
  readonly meaning: string;
  readonly run: (interpreter: Interpreter, words: readonly Word[]) => Promise<void>;
}

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({
    help: {
      usage: 'help [COMMAND | @group]',
      meaning: 'what a command does and how it is written',
      run: help,
    },
    peek: {
      usage: 'peek KEY [--decode]',
      meaning: 'any key: type, TTL, encoding, memory, first elements',
      run: peek,
    },
    prefixes: {
      usage: 'prefixes [PATTERN] [DEPTH]',
      meaning: 'a tree of key prefixes with counts and bytes',
      run: prefixes,
    },
    connect: { usage: 'connect HOST PORT', meaning: 'go to another server', run: connect },
    clear: { usage: 'clear', meaning: 'clear the screen', run: async ({ screen }) => screen.clear() },
    ':set': { usage: ':set [no]hints|pager|production', meaning: 'turn a setting on or off', run: set },
    restart: { usage: 'restart', meaning: 'only in the Lua debugger', run: restart },
  } satisfies Record<string, Builtin>),
);

const HELP_LINES: HelpLines = [
  ...[...BUILTINS.values()]
    .filter(({ usage }) => usage !== 'restart')
    .map(({ usage, meaning }) => [usage, meaning] as const),
  ['COMMAND … | SHELL COMMAND', 'pipe the raw reply into a shell command'],
  ['N COMMAND …', 'run a command N times'],
  ['MONITOR [--match GLOB] [--cmd NAME] [--slower-than MS]', 'watch commands, filtered'],
  ['SUBSCRIBE channel … [--match GLOB]', 'watch messages, filtered'],
  ['quit', 'leave (or Ctrl-D)'],
];

async function help({ catalog, screen }: Interpreter, words: readonly Word[]): Promise<void> {
  if (words.length === 0) {
    await screen.print(asBytes(helpOverview(HELP_LINES)));
    return;
  }
  await catalog.load();
  const text = words.map((word) => word.value.toString());
  const topic = helpTopic(catalog.docs, text);
  const groups = helpGroups(catalog.docs).map((group) => `@${group}`);
  const missing = `No help for '${text.join(' ')}'. Groups: ${groups.join(' ')}\n`;
  await screen.print(asBytes(topic ?? missing));
}

async function peek({ session, screen, output }: Interpreter, words: readonly Word[]): Promise<void> {
  const options = words.filter((word) => word.value.toString() === '--decode');
  const [key, ...rest] = words.filter((word) => !options.includes(word));
  if (key === undefined || rest.length > 0) throw new UsageError('usage: peek KEY [--decode]');
  const text = await peekKey(session, key.value, {
    decode: options.length > 0,
    columns: screen.columns,
    paint: output.paint,
  });
  await screen.print(text);
}

async function prefixes({ session, screen }: Interpreter, words: readonly Word[]): Promise<void> {
  const [pattern, depth, ...rest] = words.map((word) => word.value);
  const levels = Number(depth ?? 2);
  if (rest.length > 0 || !Number.isInteger(levels) || levels < 1) {
    throw new UsageError('usage: prefixes [PATTERN] [DEPTH]');
  }
  const tree = await screen.interruptible((signal) =>
    prefixTree(session, { pattern, depth: levels, signal }),
  );
  await screen.print(tree);
}

async function connect({ session }: Interpreter, words: readonly Word[]): Promise<void> {
  const [host, port, ...rest] = words.map((word) => word.value.toString());
  if (host === undefined || rest.length > 0) throw new UsageError('usage: connect HOST PORT');
  session.close();
  session.settings.address.path = undefined;
  applyServer(
    session.settings.address,
    port === undefined ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`,
  );
  await session.connect();
}

async function set({ preferences, screen }: Interpreter, words: readonly Word[]): Promise<void> {
  const [word = ''] = words.map((argument) => argument.value.toString().toLowerCase());
  const name = word.replace(/^no/, '');
  if (!isPreference(preferences, name)) {
    await screen.print('usage: :set [no]hints|pager|production\n');
    return;
  }
  preferences[name] = !word.startsWith('no');
}

function isPreference(preferences: Preferences, name: string): name is keyof Preferences {
  return Object.hasOwn(preferences, name);
}

async function restart({ screen }: Interpreter): Promise<void> {
  await screen.print("Use 'restart' only in Lua debugging mode.\n");
}
