import { readFileSync } from 'node:fs';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { ReplyDecoder } from '../protocol/reply-decoder.js';
import type { Reply } from '../protocol/reply.js';
import { encodeRequest, type RequestArgument } from '../protocol/request-encoder.js';
import { addressText, type ServerAddress, type TlsSettings } from './server-address.js';

/** The connection failed or ended; the message is what redis-cli says. */
export class ConnectionError extends Error {
  override name = 'ConnectionError';
}

interface Pending {
  resolve: (reply: Reply) => void;
  reject: (error: Error) => void;
}

/** One connection to a server: requests go out in order, and their replies come back in that order. */
export class Connection {
  /** Takes pushes, and every reply that no request waits for: messages and MONITOR lines. */
  onUnrequested: (reply: Reply) => void = () => undefined;
  /** Called once when the connection has ended, with the reason. */
  onClose: (error: ConnectionError) => void = () => undefined;

  readonly socket: Socket;
  readonly #pending: Pending[] = [];
  readonly #decoder: ReplyDecoder;
  #closed: ConnectionError | undefined;

  /** Resolves when the socket is connected; rejects with `ConnectionError` when it cannot be. */
  static async open(address: ServerAddress, timeoutMs = 10_000): Promise<Connection> {
    const failed = (reason: string): ConnectionError =>
      new ConnectionError(`Could not connect to Redis at ${addressText(address)}: ${reason}`);
    const socket = await openSocket(address).catch((error: unknown) => {
      throw failed(systemMessage(error));
    });
    await new Promise<void>((resolve, reject) => {
      const ready = address.tls === undefined ? 'connect' : 'secureConnect';
      const timer = setTimeout(() => socket.destroy(new Error('Connection timed out')), timeoutMs);
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(failed(systemMessage(error)));
      });
      socket.once(ready, () => {
        clearTimeout(timer);
        socket.removeAllListeners('error');
        resolve();
      });
    });
    return new Connection(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 15_000);
    this.#decoder = new ReplyDecoder((reply) => {
      this.#onReply(reply);
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        this.#decoder.push(chunk);
      } catch (error) {
        this.#close(new ConnectionError(error instanceof Error ? error.message : String(error)));
      }
    });
    socket.on('error', (error) => {
      this.#close(new ConnectionError(systemMessage(error)));
    });
    socket.on('close', () => {
      this.#close(new ConnectionError('Server closed the connection'));
    });
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** Sends one request; resolves with its reply, also when that is an error. Rejects with `ConnectionError`. */
  call(argv: readonly RequestArgument[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) {
        reject(this.#closed);
        return;
      }
      this.#pending.push({ resolve, reject });
      this.socket.write(encodeRequest(argv));
    });
  }

  /** Sends a request whose replies all go to `onUnrequested`: SUBSCRIBE, which RESP3 answers with pushes alone. */
  send(argv: readonly RequestArgument[]): void {
    if (this.#closed === undefined) this.socket.write(encodeRequest(argv));
  }

  /** Ends the connection; whoever waits for a reply gets a `ConnectionError`. */
  close(): void {
    this.#close(new ConnectionError('Connection closed'));
  }

  #onReply(reply: Reply): void {
    const pending = reply.type === 'push' ? undefined : this.#pending.shift();
    if (pending === undefined) this.onUnrequested(reply);
    else pending.resolve(reply);
  }

  #close(error: ConnectionError): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    this.socket.destroy();
    for (const pending of this.#pending.splice(0)) pending.reject(error);
    this.onClose(error);
  }
}

async function openSocket({ host, port, path, tls }: ServerAddress): Promise<Socket> {
  if (tls === undefined) return path === undefined ? connectTcp({ host, port }) : connectTcp({ path });
  // Loaded only when it is asked for: it takes a fifth of the time that a plain command does.
  const { connect } = await import('node:tls');
  return connect({ ...(path === undefined ? { host, port } : { path }), ...tlsOptions(host, tls) });
}

function tlsOptions(host: string, tls: TlsSettings): ConnectionOptions {
  const serverName = tls.serverName ?? (isIP(host) === 0 ? host : undefined);
  return {
    rejectUnauthorized: tls.insecure !== true,
    ...(serverName !== undefined && { servername: serverName }),
    ...(tls.caFile !== undefined && { ca: readFileSync(tls.caFile) }),
    ...(tls.certFile !== undefined && { cert: readFileSync(tls.certFile) }),
    ...(tls.keyFile !== undefined && { key: readFileSync(tls.keyFile) }),
    ...(tls.ciphers !== undefined && { ciphers: tls.ciphers }),
  };
}

/** As the C library words them. */
const SYSTEM_MESSAGES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EPIPE: 'Broken pipe',
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ENOTSOCK: 'Socket operation on non-socket',
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  EISDIR: 'Is a directory',
};

/** The words of an operating system's error, as redis-cli prints them. */
export function systemMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses of one name were tried (`localhost`): the first one's reason stands for all.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  if (first !== undefined) return systemMessage(first);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return SYSTEM_MESSAGES[code] ?? error.message;
}
