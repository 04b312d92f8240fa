/** What became of the bytes given to `Wire.write`. */
export const Written = {
  /** All bytes are with the kernel; the buffer is free. */
  ALL: 0,
  /** The rest waits inside the wire; the buffer is free. `onDrained` follows. */
  WAITING: 1,
  /** The rest waits, and the buffer belongs to the wire until then: the caller takes another. `onDrained` follows. */
  WAITING_IN_BUFFER: 2,
} as const;
export type Written = (typeof Written)[keyof typeof Written];

/** The owner of a wire: a connection. */
export interface WireOwner {
  /** Where the next bytes are to be read; called before each read. */
  readBuffer(): Buffer;
  /**
   * `length` bytes came into the buffer that `readBuffer` gave; `full` says that more may be there. True when others
   * should have their turn before more is read.
   */
  onBytes(length: number, full: boolean): boolean;
  /** What waited has been written. */
  onDrained(): void;
  /** The peer has closed its side, or the connection broke, or `close` was called. Called once. */
  onClosed(error: string | null): void;
}

/** A connected socket, reduced to what a server needs. Nothing of it may be called after `onClosed`. */
export interface Wire {
  /** Starts reading into the owner's buffers. */
  start(owner: WireOwner): void;
  /** Writes `buffer[start, end)`. Not called while something waits. */
  write(buffer: Buffer, start: number, end: number): Written;
  pauseReading(): void;
  resumeReading(): void;
  close(): void;
  setKeepAlive(seconds: number): void;
  /** `127.0.0.1:53122`, `[::1]:53122`, or `/path:0` for a Unix socket. */
  readonly peer: string;
  readonly local: string;
  readonly fd: number;
}
