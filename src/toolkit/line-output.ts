const BUFFERED_CHARACTERS = 64 * 1024;

/** Writes lines in large pieces, and notices when nobody reads them any longer (`| head`). */
export class LineOutput {
  private buffered = '';
  private open = true;

  constructor(private readonly writeBytes: (bytes: Buffer) => number) {}

  /** False once the reader is gone. */
  write(line: string): boolean {
    this.buffered += `${line}\n`;
    if (this.buffered.length >= BUFFERED_CHARACTERS) this.flush();
    return this.open;
  }

  flush(): void {
    let bytes = Buffer.from(this.buffered);
    this.buffered = '';
    while (bytes.length > 0 && this.open) {
      try {
        bytes = bytes.subarray(this.writeBytes(bytes));
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : '';
        if (code === 'EPIPE') this.open = false;
        // A pipe that is full at the moment; waiting a little beats spinning.
        else if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        else throw error;
      }
    }
  }
}
