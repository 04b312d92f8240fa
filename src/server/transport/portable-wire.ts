import type { Socket } from 'node:net';
import { addressText } from './raw-wire.js';
import { type Wire, type WireOwner, Written } from './wire.js';

/** What Node reads at once: after so much there may be more. */
const CHUNK_BYTES = 64 * 1024;

/** A wire over a plain stream socket: TLS, and runtimes without the raw handle. */
export class PortableWire implements Wire {
  private owner: WireOwner | null = null;
  private paused = false;
  private resting = false;
  private closed = false;

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    // A socket that is turned away has no owner, and may break all the same.
    socket.on('error', (error) => {
      this.end(error.message);
    });
  }

  start(owner: WireOwner): void {
    this.owner = owner;
    const { socket } = this;
    socket.on('data', (chunk: Buffer) => {
      this.read(chunk);
    });
    socket.on('end', () => {
      this.end(null);
    });
    socket.on('close', () => {
      this.end(null);
    });
  }

  /** Hands a chunk over in pieces of the owner's buffers. */
  private read(chunk: Buffer): void {
    let rests = false;
    for (let at = 0; at < chunk.length && !this.closed && this.owner !== null;) {
      const copied = chunk.copy(this.owner.readBuffer(), 0, at);
      at += copied;
      rests = this.owner.onBytes(copied, chunk.length >= CHUNK_BYTES) || rests;
    }
    if (rests) this.rest();
  }

  /** Leaves what else has come to the next turn, so that others are served in between. */
  private rest(): void {
    if (this.resting || this.paused || this.closed) return;
    this.resting = true;
    this.socket.pause();
    setImmediate(() => {
      this.resting = false;
      if (!this.paused && !this.closed) this.socket.resume();
    });
  }

  write(buffer: Buffer, start: number, end: number): Written {
    if (this.closed) return Written.ALL;
    const { socket } = this;
    let waiting = false;
    socket.write(Buffer.from(buffer.subarray(start, end)), (error) => {
      if (waiting && !this.closed && (error ?? null) === null) this.owner?.onDrained();
    });
    // What the kernel has taken at once is no longer counted, though its callback comes later.
    waiting = socket.writableLength > 0;
    return waiting ? Written.WAITING : Written.ALL;
  }

  pauseReading(): void {
    this.paused = true;
    this.socket.pause();
  }

  resumeReading(): void {
    this.paused = false;
    if (!this.resting) this.socket.resume();
  }

  close(): void {
    this.end(null);
  }

  private end(error: string | null): void {
    if (this.closed) return;
    this.closed = true;
    this.socket.destroy();
    this.owner?.onClosed(error);
  }

  setKeepAlive(seconds: number): void {
    this.socket.setKeepAlive(seconds > 0, seconds * 1000);
  }

  get peer(): string {
    const { remoteAddress, remotePort, remoteFamily } = this.socket;
    return addressText(remoteAddress, remotePort, remoteFamily);
  }

  get local(): string {
    const { localAddress, localPort, localFamily } = this.socket;
    return addressText(localAddress, localPort, localFamily);
  }

  get fd(): number {
    const { _handle: handle } = this.socket as { _handle?: { fd?: number } };
    return handle?.fd ?? -1;
  }
}
