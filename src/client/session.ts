import { isErrorReply, type Reply } from '../protocol/reply.js';
import type { RequestArgument } from '../protocol/request-encoder.js';
import { Connection, ConnectionError } from './connection.js';
import { addressText, type ServerAddress } from './server-address.js';

/** What a connection starts with, and what it gets back after a reconnect. */
export interface SessionSettings {
  address: ServerAddress;
  user: string | undefined;
  password: string | undefined;
  database: number;
  /** 3 sends HELLO 3. */
  resp: 2 | 3 | undefined;
  name: string | undefined;
}

/**
 * A connection that remembers what was said on it - database, credentials, protocol, name, transaction - and says it
 * again when it had to connect anew.
 */
export class Session {
  readonly settings: SessionSettings;
  /** Takes what redis-cli would print on stderr: `AUTH failed: …`. */
  onWarning: (message: string) => void = () => undefined;
  /** Called when an open connection ends by itself. */
  onClose: (error: ConnectionError) => void = () => undefined;
  onUnrequested: (reply: Reply) => void = () => undefined;
  /** MULTI was accepted, and neither EXEC nor DISCARD yet. */
  inTransaction = false;
  /** How long the last reply took, in milliseconds. */
  lastReplyMs: number | undefined;

  #connection: Connection | undefined;
  #opening: Promise<Connection> | undefined;
  /** Requests queued in a transaction, which count once EXEC has run them. */
  #queued: (readonly RequestArgument[])[] = [];

  constructor(settings: SessionSettings) {
    this.settings = settings;
  }

  get connected(): boolean {
    return this.#connection?.closed === false;
  }

  /** The open connection, made first when there is none. Rejects with `ConnectionError`. */
  async connect(): Promise<Connection> {
    if (this.#connection?.closed === false) return this.#connection;
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Sends a request and takes note of what it changes. Rejects with `ConnectionError`. */
  async call(argv: readonly RequestArgument[]): Promise<Reply> {
    const connection = await this.connect();
    const start = process.hrtime.bigint();
    const reply = await connection.call(argv);
    this.lastReplyMs = Number(process.hrtime.bigint() - start) / 1e6;
    this.#note(argv, reply);
    return reply;
  }

  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) connection.onClose = () => undefined;
    connection?.close();
    this.#forgetTransaction();
  }

  async #open(): Promise<Connection> {
    const connection = await Connection.open(this.settings.address);
    connection.onUnrequested = (reply) => {
      this.onUnrequested(reply);
    };
    connection.onClose = (error) => {
      if (this.#connection !== connection) return;
      this.#forgetTransaction();
      this.onClose(error);
    };
    this.#connection = connection;
    await this.#introduce(connection);
    return connection;
  }

  async #introduce(connection: Connection): Promise<void> {
    const { settings } = this;
    const say = async (name: string, argv: readonly string[]): Promise<boolean> => {
      const reply = await connection.call(argv);
      if (!isErrorReply(reply)) return true;
      this.onWarning(`${name} failed: ${reply.bytes.toString()}`);
      return false;
    };
    if (settings.password !== undefined) {
      await say('AUTH', ['AUTH', ...(settings.user === undefined ? [] : [settings.user]), settings.password]);
    }
    const database = String(settings.database);
    if (settings.database !== 0 && !(await say(`SELECT ${database}`, ['SELECT', database]))) {
      settings.database = 0;
    }
    if (settings.resp === 3) await say('HELLO 3', ['HELLO', '3']);
    if (settings.name !== undefined) await say('CLIENT SETNAME', ['CLIENT', 'SETNAME', settings.name]);
  }

  #forgetTransaction(): void {
    this.inTransaction = false;
    this.#queued = [];
  }

  #note(argv: readonly RequestArgument[], reply: Reply): void {
    if (isErrorReply(reply)) return;
    const words = argv.map((argument) => Buffer.from(argument).toString());
    const command = words[0]?.toUpperCase();
    if (reply.type === 'simple' && reply.bytes.toString() === 'QUEUED') {
      this.#queued.push(argv);
      return;
    }
    if (command === 'MULTI') this.inTransaction = true;
    else if (command === 'EXEC' || command === 'DISCARD') {
      const ran = command === 'EXEC' && reply.type === 'array' ? this.#queued : [];
      const replies = reply.type === 'array' ? reply.elements : [];
      this.#forgetTransaction();
      ran.forEach((queued, i) => {
        const result = replies[i];
        if (result !== undefined) this.#note(queued, result);
      });
    } else this.#noteSettings(command ?? '', words);
  }

  #noteSettings(command: string, words: readonly string[]): void {
    const { settings } = this;
    if (command === 'SELECT') settings.database = Number(words[1]);
    else if (command === 'AUTH') {
      settings.user = words.length > 2 ? words[1] : undefined;
      settings.password = words.at(-1);
    } else if (command === 'HELLO' && words.length > 1) this.#noteHello(words);
    else if (command === 'CLIENT' && words[1]?.toUpperCase() === 'SETNAME')
      settings.name = words[2] === '' ? undefined : words[2];
    else if (command === 'RESET') {
      settings.database = 0;
      settings.resp = undefined;
      settings.name = undefined;
      settings.user = settings.password = undefined;
      this.#forgetTransaction();
    }
  }

  #noteHello(words: readonly string[]): void {
    const { settings } = this;
    settings.resp = words[1] === '3' ? 3 : 2;
    const upper = words.map((word) => word.toUpperCase());
    const auth = upper.indexOf('AUTH', 2);
    if (auth > 0) [settings.user, settings.password] = [words[auth + 1], words[auth + 2]];
    const name = upper.indexOf('SETNAME', 2);
    if (name > 0) settings.name = words[name + 1];
  }
}

/** `host:port[db](TX)> `, as redis-cli prompts. */
export function promptText(session: Session): string {
  const { address, database } = session.settings;
  if (!session.connected) return 'not connected> ';
  const where = address.path === undefined ? addressText(address) : `redis ${address.path}`;
  return `${where}${database === 0 ? '' : `[${database}]`}${session.inTransaction ? '(TX)' : ''}> `;
}
