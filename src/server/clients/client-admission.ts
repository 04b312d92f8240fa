import { MAX_CLIENTS, PROTECTED_MODE } from '../../protocol/errors.js';
import { Connection } from './connection.js';
import type { Server } from '../server.js';
import { Session } from './session.js';
import type { Wire } from '../transport/wire.js';

/** Decides which connections become clients. */
export class Admission {
  private nextClientId = 1;

  constructor(private readonly server: Server) {}

  /** Takes a connection in, or tells it why not and closes it. `path` is the Unix socket it came by, or ''. */
  accept(wire: Wire, path: string): void {
    const { server } = this;
    const { config } = server;
    if (server.connections.size >= config.maxclients) return this.reject(wire, MAX_CLIENTS);
    if (config['protected-mode'] && !server.authRequired && path === '' && !isLoopback(wire.peer)) {
      return this.reject(wire, PROTECTED_MODE);
    }
    server.totalConnections++;
    server.refreshTime();
    const session = new Session(server, server.pipeline.reply, this.nextClientId++);
    const connection = new Connection(wire, session, server.pipeline, path);
    server.connections.set(session.id, connection);
    if (path === '') wire.setKeepAlive(config['tcp-keepalive']);
    wire.start(connection);
  }

  private reject(wire: Wire, error: string): void {
    this.server.rejectedConnections++;
    const bytes = Buffer.from(`-${error}\r\n`);
    wire.write(bytes, 0, bytes.length);
    wire.close();
  }
}

/** True for a client on this machine. */
export function isLocal(session: Session): boolean {
  const peer = session.connection?.peer ?? '';
  return peer === '' || peer.startsWith('/') || isLoopback(peer);
}

/** `peer` is the address of a wire. */
function isLoopback(peer: string): boolean {
  return peer.startsWith('127.') || peer.startsWith('[::1]') || peer.startsWith('[::ffff:127.');
}
