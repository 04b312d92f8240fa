import net from 'node:net';
import { addressText, type ServerAddress } from './load-plan.js';
import { ReplyCounter, ReplyKind } from './reply-counter.js';
import { connectFailure, setupCommands } from './resp-lane.js';

/** A connection that listens on one channel and counts what arrives. */
export class Subscriber {
  private socket: net.Socket | undefined;

  constructor(
    private readonly address: ServerAddress,
    private readonly channel: string,
    private readonly onMessage: () => void,
  ) {}

  /** Resolves when the subscription is confirmed. */
  connect(): Promise<void> {
    const { path, host, port } = this.address;
    const setup = setupCommands(this.address);
    const counter = new ReplyCounter();
    let setupLeft = setup.length + 1;
    return new Promise((resolve, reject) => {
      const socket = path === undefined ? net.connect({ host, port }) : net.connect({ path });
      this.socket = socket;
      const channel = `$${Buffer.byteLength(this.channel)}\r\n${this.channel}\r\n`;
      socket.on('connect', () => {
        socket.write(Buffer.concat([...setup, Buffer.from(`*2\r\n$9\r\nSUBSCRIBE\r\n${channel}`)]));
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        reject(
          new Error(`Could not connect to Redis at ${addressText(this.address)}: ${connectFailure(error)}`),
        );
      });
      socket.on('close', () => {
        reject(new Error('Server closed the connection of a subscriber'));
      });
      socket.on('data', (bytes: Buffer) => {
        let at = 0;
        while (at < bytes.length) {
          at = counter.advance(bytes, at, bytes.length);
          if (!counter.complete) return;
          if (setupLeft === 0) this.onMessage();
          else if (counter.kind === ReplyKind.ERROR) return reject(new Error(counter.errorText));
          else if (--setupLeft === 0) resolve();
        }
      });
    });
  }

  destroy(): void {
    this.socket?.removeAllListeners();
    this.socket?.on('error', () => undefined);
    this.socket?.destroy();
  }
}
