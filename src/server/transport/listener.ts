import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { PortableWire } from './portable-wire.js';
import { type RawTransport, rawTransport } from './raw-wire.js';
import type { Wire } from './wire.js';

/** The listening handle of a net.Server, as far as it is taken over. */
interface ListenHandle {
  onconnection?: (status: number, handle: object | undefined) => void;
}

/** Listens on one address and hands out wires: raw ones where Node allows, portable ones otherwise. */
export class Listener {
  private constructor(
    private readonly server: Server,
    readonly raw: boolean,
  ) {}

  /** Rejects with the error of `net.Server` (EADDRINUSE, EACCES, …). */
  static async open(
    options: ListenOptions,
    portable: boolean,
    onWire: (wire: Wire) => void,
  ): Promise<Listener> {
    const server = createServer({ pauseOnConnect: false }, (socket: Socket) => {
      onWire(new PortableWire(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const transport = portable ? null : rawTransport();
    const raw = transport !== null && takeOver(server, transport, onWire);
    return new Listener(server, raw);
  }

  /** The port, or 0 for a Unix socket. */
  get port(): number {
    const address = this.server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** The address, or '' for a Unix socket. */
  get address(): string {
    const address = this.server.address();
    return address === null || typeof address === 'string' ? '' : address.address;
  }

  /** The address is free when this returns; connections that came by it stay. */
  stop(): void {
    this.server.close();
  }

  /** Stops, and resolves when the last connection has gone. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}

/** Replaces the accept callback of `server`; false when the handle is not what is expected. */
function takeOver(server: Server, transport: RawTransport, onWire: (wire: Wire) => void): boolean {
  const { _handle: handle } = server as { _handle?: ListenHandle };
  if (handle === undefined || typeof handle.onconnection !== 'function') return false;
  const fallback = handle.onconnection;
  handle.onconnection = function (this: ListenHandle, status, client) {
    if (status === 0 && client !== undefined && transport.accepts(client)) onWire(transport.wire(client));
    else fallback.call(this, status, client);
  };
  return true;
}
