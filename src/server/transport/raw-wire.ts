import { type Wire, type WireOwner, Written } from './wire.js';

/*
 * Sockets taken at libuv's handle, without net.Socket: about 2.5 microseconds less per read event than a stream
 * (docs/decisions/0005-transport.md). The handle is not public API, so `rawTransport()` tests it before use and the
 * portable wire stands in where it is missing.
 */

/** The part of Node's LibuvStreamWrap that is used here; the same from Node 20 to 26. */
export interface StreamHandle {
  onread: (this: StreamHandle) => Buffer | undefined;
  useUserBuffer(buffer: Buffer): void;
  readStart(): number;
  readStop(): number;
  writeBuffer(request: WriteRequest, buffer: Buffer): number;
  close(done?: () => void): void;
  setNoDelay?(on: boolean): number;
  setKeepAlive?(on: boolean, seconds: number): number;
  getpeername?(out: SocketName): number;
  getsockname?(out: SocketName): number;
  readonly fd: number;
  wire?: RawWire;
}

interface SocketName {
  address?: string;
  port?: number;
  family?: string;
}

interface WriteRequest {
  oncomplete: (this: WriteRequest, status: number) => void;
  wire: RawWire | null;
  buffer: Buffer | null;
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

const UV_EOF = -4095;
const UV_EAGAIN = -11;
/** Up to this size bytes are copied to a buffer of views that were made once: a view per write costs a microsecond. */
const VIEWED_BYTES_MAX = 4096;

/** Node's stream binding if it has what raw wires need, or null. */
export function rawTransport(): RawTransport | null {
  try {
    const { binding } = process as unknown as { binding?: (name: string) => Partial<StreamBinding> };
    const found = binding?.('stream_wrap');
    if (found === undefined) return null;
    const { WriteWrap, streamBaseState, kReadBytesOrError, kLastWriteWasAsync } = found;
    if (WriteWrap === undefined || streamBaseState === undefined) return null;
    if (kReadBytesOrError === undefined || kLastWriteWasAsync === undefined) return null;
    return new RawTransport({ WriteWrap, streamBaseState, kReadBytesOrError, kLastWriteWasAsync });
  } catch {
    return null;
  }
}

/** Makes raw wires, and holds what they share. */
export class RawTransport {
  private readonly state: Int32Array;
  private readonly readResult: number;
  private readonly wasAsync: number;
  private spare: WriteRequest | null = null;
  private scratch = Buffer.allocUnsafeSlow(VIEWED_BYTES_MAX);
  private views: (Buffer | undefined)[] = new Array<Buffer | undefined>(VIEWED_BYTES_MAX + 1);

  constructor(private readonly binding: StreamBinding) {
    this.state = binding.streamBaseState;
    this.readResult = binding.kReadBytesOrError;
    this.wasAsync = binding.kLastWriteWasAsync;
  }

  /** True when `handle` can be taken over. */
  accepts(handle: object): handle is StreamHandle {
    const { useUserBuffer, readStart, writeBuffer } = handle as Partial<StreamHandle>;
    return (
      typeof useUserBuffer === 'function' &&
      typeof readStart === 'function' &&
      typeof writeBuffer === 'function'
    );
  }

  wire(handle: StreamHandle): RawWire {
    return new RawWire(this, handle);
  }

  /** Bytes read by the event that is being handled, or a negative libuv error. */
  get lastRead(): number {
    return this.state[this.readResult]!;
  }

  write(wire: RawWire, handle: StreamHandle, buffer: Buffer, start: number, end: number): Written | -1 {
    const length = end - start;
    const request = this.spare ?? this.request();
    this.spare = null;
    const small = length <= VIEWED_BYTES_MAX;
    const error = handle.writeBuffer(
      request,
      small ? this.view(buffer, start, length) : buffer.subarray(start, end),
    );
    if (error !== 0) {
      this.spare = request;
      return -1;
    }
    if (this.state[this.wasAsync] === 0) {
      this.spare = request;
      return Written.ALL;
    }
    request.wire = wire;
    if (!small) {
      request.buffer = buffer;
      return Written.WAITING_IN_BUFFER;
    }
    request.buffer = this.scratch;
    this.scratch = Buffer.allocUnsafeSlow(VIEWED_BYTES_MAX);
    this.views = new Array<Buffer | undefined>(VIEWED_BYTES_MAX + 1);
    return Written.WAITING;
  }

  private view(buffer: Buffer, start: number, length: number): Buffer {
    const { scratch } = this;
    if (length <= 64) for (let i = 0; i < length; i++) scratch[i] = buffer[start + i]!;
    else buffer.copy(scratch, 0, start, start + length);
    return (this.views[length] ??= scratch.subarray(0, length));
  }

  private request(): WriteRequest {
    const request = new this.binding.WriteWrap();
    request.oncomplete = onWritten;
    request.wire = null;
    request.buffer = null;
    return request;
  }
}

function onWritten(this: WriteRequest, status: number): void {
  const { wire } = this;
  this.wire = null;
  this.buffer = null;
  wire?.written(status);
}

function onRead(this: StreamHandle): Buffer | undefined {
  return this.wire?.read();
}

function endRest(wire: RawWire): void {
  wire.rested();
}

export class RawWire implements Wire {
  private owner: WireOwner | null = null;
  private reading: Buffer | null = null;
  private paused = false;
  private resting = false;
  private closed = false;

  constructor(
    private readonly transport: RawTransport,
    private readonly handle: StreamHandle,
  ) {
    handle.wire = this;
    handle.onread = onRead;
    handle.setNoDelay?.(true);
  }

  start(owner: WireOwner): void {
    this.owner = owner;
    this.reading = owner.readBuffer();
    this.handle.useUserBuffer(this.reading);
    this.handle.readStart();
  }

  /** Handles a read event; the buffer for the next one, if it is another. */
  read(): Buffer | undefined {
    const { owner } = this;
    if (owner === null || this.closed) return undefined;
    const length = this.transport.lastRead;
    if (length > 0) {
      const rests = owner.onBytes(length, length === this.reading?.length);
      if (this.isClosed()) return undefined;
      if (rests) this.rest();
      const next = owner.readBuffer();
      if (next === this.reading) return undefined;
      this.reading = next;
      return next;
    }
    if (length < 0 && length !== UV_EAGAIN) this.end(length === UV_EOF ? null : `read error ${length}`);
    return undefined;
  }

  /** `closed` may have changed during a callback, which the type checker cannot know. */
  private isClosed(): boolean {
    return this.closed;
  }

  write(buffer: Buffer, start: number, end: number): Written {
    if (this.closed) return Written.ALL;
    const written = this.transport.write(this, this.handle, buffer, start, end);
    if (written >= 0) return written as Written;
    this.end('write error');
    return Written.ALL;
  }

  written(status: number): void {
    if (this.closed) return;
    if (status === 0) this.owner?.onDrained();
    else this.end(`write error ${status}`);
  }

  /**
   * Leaves what else has come to the next turn, so that others are served in between: libuv would go on reading while
   * buffers are filled, 32 times, and a client that sent 8 MB of requests at once kept all others waiting for 380 ms.
   */
  private rest(): void {
    if (this.resting || this.paused) return;
    this.resting = true;
    this.handle.readStop();
    setImmediate(endRest, this);
  }

  rested(): void {
    this.resting = false;
    if (!this.paused && !this.closed) this.handle.readStart();
  }

  pauseReading(): void {
    this.paused = true;
    if (!this.closed) this.handle.readStop();
  }

  resumeReading(): void {
    this.paused = false;
    if (!this.resting && !this.closed) this.handle.readStart();
  }

  close(): void {
    this.end(null);
  }

  private end(error: string | null): void {
    if (this.closed) return;
    this.closed = true;
    this.handle.close();
    this.owner?.onClosed(error);
  }

  setKeepAlive(seconds: number): void {
    this.handle.setKeepAlive?.(seconds > 0, seconds);
  }

  get peer(): string {
    const name: SocketName = {};
    this.handle.getpeername?.(name);
    return addressText(name.address, name.port, name.family);
  }

  get local(): string {
    const name: SocketName = {};
    this.handle.getsockname?.(name);
    return addressText(name.address, name.port, name.family);
  }

  get fd(): number {
    return this.handle.fd;
  }
}

export function addressText(address = '', port = 0, family = ''): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}
