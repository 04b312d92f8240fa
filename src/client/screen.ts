/** What a line of the prompt, or of a file on stdin, can do with the place where its output goes. */
export interface Screen {
  /** A person is there: to be asked, to press Ctrl-C, to read in colour. */
  readonly interactive: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Prints text of one character per byte. */
  print(text: string): Promise<void>;
  /** Prints a line on stderr. */
  warn(message: string): void;
  /** Runs work that Ctrl-C stops. */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Asks yes or no. */
  confirm(question: string): Promise<boolean>;
  /** Leaves the terminal to another program meanwhile. */
  handOver<T>(work: () => Promise<T>): Promise<T>;
  clear(): Promise<void>;
}

/** Text as UTF-8 with one character per byte, as `print` takes it. */
export function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
