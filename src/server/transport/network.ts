import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import type { Server } from '../server.js';
import { Listener } from './listener.js';

/** The addresses a server listens on, as `bind`, `port` and `unixsocket` say. */
export class Network {
  private tcp: Listener[] = [];
  private unix: Listener | null = null;
  /** What `tcp` was opened by. */
  private opened: { readonly bind: readonly string[]; readonly port: number } = { bind: [], port: 0 };

  constructor(private readonly server: Server) {}

  /** The TCP port, or 0. */
  get port(): number {
    return this.tcp[0]?.port ?? 0;
  }

  private get portable(): boolean {
    return this.server.config.transport === 'portable';
  }

  /** What it listens on: `127.0.0.1:6379`, `/path`. */
  get addresses(): string[] {
    const addresses = this.tcp.map(({ address, port }) => {
      return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    });
    return this.unix === null ? addresses : [...addresses, this.server.config.unixsocket];
  }

  /** Rejects with the error of the first socket that cannot listen. */
  async open(tcp: boolean): Promise<void> {
    const { bind, port, unixsocket } = this.server.config;
    if (tcp) {
      this.tcp = await this.openTcp(bind, port);
      this.opened = { bind, port };
    }
    if (unixsocket !== '') this.unix = await this.openUnix(unixsocket);
  }

  /** Listens as `bind` and `port` now say, and stops listening elsewhere. Why it cannot, or null. */
  async reopen(failure: string): Promise<string | null> {
    const { bind, port } = this.server.config;
    const before = this.tcp;
    // The same port on other addresses can only be taken once it is free.
    if (before.length > 0 && before[0]!.port === port) {
      stopAll(before);
      this.tcp = [];
    }
    try {
      const opened = port === 0 ? [] : await this.openTcp(bind, port);
      if (this.tcp.length > 0) stopAll(before);
      this.tcp = opened;
      this.opened = { bind, port };
      return null;
    } catch (error) {
      this.server.log.warn({ error: (error as Error).message, port, bind }, 'cannot listen');
      if (this.tcp.length === 0) await this.openAgain();
      return failure;
    }
  }

  /** Listens again where it did. */
  private async openAgain(): Promise<void> {
    const { bind, port } = this.opened;
    try {
      if (port !== 0) this.tcp = await this.openTcp(bind, port);
    } catch (error) {
      this.server.log.error({ error: (error as Error).message, port, bind }, 'cannot listen any more');
    }
  }

  private async openTcp(bind: readonly string[], port: number): Promise<Listener[]> {
    const opened: Listener[] = [];
    try {
      for (const word of bind) {
        // A free port that the first address has found serves the others too.
        const wanted = port === 0 && opened.length > 0 ? opened[0]!.port : port;
        const listener = await this.openAddress(word, wanted);
        if (listener !== null) opened.push(listener);
      }
    } catch (error) {
      stopAll(opened);
      throw error;
    }
    return opened;
  }

  /** Null for an address marked by `-` as one that may be missing. */
  private async openAddress(word: string, port: number): Promise<Listener | null> {
    const optional = word.startsWith('-');
    const name = optional ? word.slice(1) : word;
    const host = name === '*' ? '0.0.0.0' : name === '::*' ? '::' : name;
    const backlog = this.server.config['tcp-backlog'];
    const options = { host, port, backlog, ipv6Only: host.includes(':') };
    try {
      return await Listener.open(options, this.portable, (wire) => {
        this.server.admission.accept(wire, '');
      });
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (optional && MISSING.includes(code)) return null;
      throw error;
    }
  }

  private async openUnix(path: string): Promise<Listener> {
    // What a server that was killed has left behind.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(path);
    const options = { path, backlog: this.server.config['tcp-backlog'] };
    const listener = await Listener.open(options, this.portable, (wire) => {
      this.server.admission.accept(wire, path);
    });
    const mode = this.server.config.unixsocketperm;
    if (mode !== 0) chmodSync(path, mode);
    return listener;
  }

  /** Closes connections and listeners. */
  async close(): Promise<void> {
    const closing = [...this.tcp, ...(this.unix === null ? [] : [this.unix])].map((listener) =>
      listener.close(),
    );
    for (const connection of this.server.connections.values()) connection.close();
    await Promise.all(closing);
  }
}

function stopAll(listeners: readonly Listener[]): void {
  for (const listener of listeners) listener.stop();
}

/** Errors of addresses that this machine does not have. */
const MISSING = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'EINVAL'];
