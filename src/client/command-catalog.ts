import { isErrorReply } from '../protocol/reply.js';
import generatedDocs from './command-docs.json' with { type: 'json' };
import { type ArgumentDoc, type CommandDoc, readArities, readCommandDocs } from './command-doc.js';
import type { Session } from './session.js';

/** A command or subcommand in the generated file: COMMAND DOCS in plain JSON, with the arity beside it. */
interface PlainDoc {
  readonly summary?: string;
  readonly since?: string;
  readonly group?: string;
  readonly complexity?: string;
  readonly arity?: number;
  readonly arguments?: readonly PlainArgument[];
  readonly subcommands?: Readonly<Record<string, PlainDoc>>;
}

type PlainArgument = Partial<Omit<ArgumentDoc, 'arguments'>> & {
  readonly arguments?: readonly PlainArgument[];
};

/** What the commands are and how they are written, as the server connected to tells it. */
export class CommandCatalog {
  readonly #session: Session;
  #docs: ReadonlyMap<string, CommandDoc> = new Map();
  #loading: Promise<void> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Commands by name in lower case; empty until loaded. */
  get docs(): ReadonlyMap<string, CommandDoc> {
    return this.#docs;
  }

  get loaded(): boolean {
    return this.#loading !== undefined;
  }

  /** Asks the server once; an answer that is no use leaves the generated file. */
  load(): Promise<void> {
    this.#loading ??= this.#load().catch(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    if (this.#docs.size === 0) this.#docs = readPlainDocs(generatedDocs, '');
    const connection = await this.#session.connect();
    const [commands, docs] = await Promise.all([
      connection.call(['COMMAND']),
      connection.call(['COMMAND', 'DOCS']),
    ]);
    if (isErrorReply(docs)) return;
    const read = readCommandDocs(docs, readArities(commands));
    if (read.size > 0) this.#docs = read;
  }

  /** The command or subcommand that words begin with, and how many words its name takes. */
  find(words: readonly string[]): { doc: CommandDoc; nameWords: number } | undefined {
    const doc = this.#docs.get(words[0]?.toLowerCase() ?? '');
    if (doc === undefined) return undefined;
    const subcommand = doc.subcommands.get(words[1]?.toLowerCase() ?? '');
    return subcommand === undefined ? { doc, nameWords: 1 } : { doc: subcommand, nameWords: 2 };
  }
}

function readPlainDocs(plain: Readonly<Record<string, PlainDoc>>, parent: string): Map<string, CommandDoc> {
  return new Map(
    Object.entries(plain).map(([name, doc]) => [
      name,
      {
        name: `${parent}${name}`,
        summary: doc.summary ?? '',
        since: doc.since ?? '',
        group: doc.group ?? '',
        complexity: doc.complexity ?? '',
        arguments: (doc.arguments ?? []).map(readPlainArgument),
        subcommands: readPlainDocs(doc.subcommands ?? {}, `${name} `),
        arity: doc.arity,
      },
    ]),
  );
}

function readPlainArgument(plain: PlainArgument): ArgumentDoc {
  return {
    name: plain.name ?? '',
    type: plain.type ?? 'string',
    token: plain.token,
    optional: plain.optional ?? false,
    multiple: plain.multiple ?? false,
    multipleToken: plain.multipleToken ?? false,
    arguments: (plain.arguments ?? []).map(readPlainArgument),
  };
}
