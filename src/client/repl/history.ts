import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How many lines are kept. */
const ENTRIES_MAX = 10_000;
/** Longer lines are not worth finding again, and would make the file huge. */
const ENTRY_LENGTH_MAX = 64 * 1024;

/** Lines that hold a password stay out of the file, and out of memory. */
const SECRETS = [
  /^\s*auth\b/i,
  /^\s*hello\b.*\bauth\b/i,
  /^\s*acl\s+setuser\b/i,
  /^\s*config\s+set\b.*\b(requirepass|masterauth|masteruser|tls-key-file-pass|tls-client-key-file-pass)\b/i,
  /^\s*migrate\b.*\bauth2?\b/i,
];

/** The lines of earlier, the newest last; kept in a file that only its owner can read. */
export class History {
  readonly #file: string | undefined;
  #entries: string[] = [];
  /** Lines in the file, which is rewritten when it has grown to twice what is kept. */
  #fileLines = 0;

  constructor(file: string | undefined) {
    this.#file = file;
    try {
      const lines = file === undefined ? [] : readFileSync(file, 'utf8').split('\n');
      this.#entries = lines.filter((line) => line !== '').slice(-ENTRIES_MAX);
      this.#fileLines = lines.length;
    } catch {
      // No history yet, or none that can be read: begin an empty one.
    }
  }

  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Remembers a line, unless it repeats the last one, begins with a space or holds a password. */
  add(line: string): void {
    const entry = line.trim();
    const unwanted =
      entry === '' || line.startsWith(' ') || entry.length > ENTRY_LENGTH_MAX || entry.includes('\n');
    if (unwanted || entry === this.#entries.at(-1) || SECRETS.some((secret) => secret.test(entry))) return;
    this.#entries.push(entry);
    if (this.#entries.length > ENTRIES_MAX) this.#entries.shift();
    this.#save(entry);
  }

  #save(entry: string): void {
    if (this.#file === undefined) return;
    try {
      if (this.#fileLines >= 2 * ENTRIES_MAX) {
        writeFileSync(this.#file, `${this.#entries.join('\n')}\n`, { mode: 0o600 });
        this.#fileLines = this.#entries.length;
      } else {
        appendFileSync(this.#file, `${entry}\n`, { mode: 0o600 });
        this.#fileLines++;
      }
    } catch {
      // A full disk or a read-only home takes the file away, not the prompt.
    }
  }

  /** The newest entry that begins with `prefix` and says more, for a suggestion. */
  suggestion(prefix: string): string | undefined {
    if (prefix === '') return undefined;
    return this.#entries.findLast((entry) => entry.length > prefix.length && entry.startsWith(prefix));
  }

  /** Index of the newest entry before `before` that contains `text`, or -1. */
  search(text: string, before = this.#entries.length): number {
    const wanted = text.toLowerCase();
    return this.#entries.slice(0, before).findLastIndex((entry) => entry.toLowerCase().includes(wanted));
  }
}

/** MREDIS_HISTFILE, by default `.mredis_history` at home; an empty one or /dev/null keeps none. */
export function historyFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = env['MREDIS_HISTFILE'];
  if (named === undefined) return join(homedir(), '.mredis_history');
  return named === '' || named === '/dev/null' ? undefined : named;
}
