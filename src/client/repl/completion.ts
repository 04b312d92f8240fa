import { BUILTINS } from '../builtins.js';
import type { CommandCatalog } from '../command-catalog.js';
import { parseCommandLine, quoteBytes } from '../command-line.js';
import { helpGroups } from '../help.js';
import { scanKeys } from '../keyspace-scan.js';
import type { Session } from '../session.js';
import { expectsKey, matchArguments, nextTokens } from './argument-matching.js';

/** What may stand in the place of the word at the cursor. */
export interface Completion {
  /** The place: positions in the line. */
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
}

/** How many candidates are offered. */
const CANDIDATES_MAX = 100;
/** A search for keys ends after so many calls of SCAN, or so long, however few keys it found. */
const SCAN_CALLS_MAX = 20;
const SCAN_COUNT = 1000;
const SCAN_MS_MAX = 200;

/** Commands, subcommands, options and keys that continue the line at the cursor. */
export async function complete(
  catalog: CommandCatalog,
  session: Session,
  line: string,
  cursor: number,
): Promise<Completion> {
  const before = line.slice(0, cursor);
  const { words } = parseCommandLine(before);
  const open = words.length > 0 && !/\s$/.test(before);
  const word = open ? words.at(-1) : undefined;
  const typed = word?.value.toString() ?? '';
  const done = (open ? words.slice(0, -1) : words).map(({ value }) => value.toString());
  const own = /^[1-9]\d*$/.test(done[0] ?? '') ? done.slice(1) : done;
  const names = namesFor(catalog, own);
  const fixed = names
    .filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()))
    .map((name) => casedLike(typed, name));
  const keys = fixed.length === 0 && wantsKey(catalog, own) ? await keysFrom(session, typed) : [];
  const candidates = [...new Set([...fixed, ...keys])].slice(0, CANDIDATES_MAX);
  return { start: word?.start ?? cursor, end: cursor, candidates };
}

/** The words that are known to fit behind `done`. */
function namesFor(catalog: CommandCatalog, done: readonly string[]): string[] {
  const [first = ''] = done;
  if (done.length === 0) return [...catalog.docs.keys(), ...BUILTINS.keys(), 'quit'].sort();
  if (first.toLowerCase() === 'help') {
    const subcommands = [...(catalog.docs.get(done[1]?.toLowerCase() ?? '')?.subcommands.keys() ?? [])];
    if (done.length > 1) return subcommands;
    return [...catalog.docs.keys(), ...helpGroups(catalog.docs).map((group) => `@${group}`)].sort();
  }
  const found = catalog.find(done);
  if (found === undefined) return [];
  if (found.doc.subcommands.size > 0)
    return done.length === 1 ? [...found.doc.subcommands.keys()].sort() : [];
  const { remaining, wrongWordAt } = matchArguments(found.doc.arguments, done.slice(found.nameWords));
  return wrongWordAt < 0 ? nextTokens(remaining) : [];
}

function wantsKey(catalog: CommandCatalog, done: readonly string[]): boolean {
  if (done[0]?.toLowerCase() === 'peek') return done.length === 1;
  const found = catalog.find(done);
  if (found === undefined) return false;
  return expectsKey(matchArguments(found.doc.arguments, done.slice(found.nameWords)).remaining);
}

/** Keys that begin with what is typed, quoted where the line needs it. */
async function keysFrom(session: Session, typed: string): Promise<string[]> {
  // A transaction would queue SCAN, and a lost connection has no keys to offer.
  if (!session.connected || session.inTransaction) return [];
  const keys: string[] = [];
  const pattern = Buffer.from(`${typed.replace(/[\\*?[\]^-]/g, '\\$&')}*`);
  const endAtMs = Date.now() + SCAN_MS_MAX;
  let calls = 0;
  for await (const batch of scanKeys(session, { pattern, count: SCAN_COUNT })) {
    keys.push(...batch.map(lineWord));
    calls++;
    if (keys.length >= CANDIDATES_MAX || calls >= SCAN_CALLS_MAX || Date.now() > endAtMs) break;
  }
  return keys.sort();
}

/** A key as it can be typed: as it is when that is plain text, else quoted. */
function lineWord(key: Buffer): string {
  const text = key.toString();
  return /^[^\s"'\\|]+$/u.test(text) && Buffer.from(text).equals(key) ? text : quoteBytes(key);
}

function casedLike(typed: string, name: string): string {
  if (name.startsWith('@') || name.startsWith(':') || BUILTINS.has(name)) return name;
  const lower = typed !== '' && typed === typed.toLowerCase();
  return lower ? name.toLowerCase() : name.toUpperCase();
}

/** What all candidates begin with, without regard to case. */
export function commonPrefix(candidates: readonly string[]): string {
  const [first = '', ...rest] = candidates;
  let length = first.length;
  for (const candidate of rest) {
    let same = 0;
    while (same < length && candidate.charAt(same).toLowerCase() === first.charAt(same).toLowerCase()) same++;
    length = same;
  }
  return first.slice(0, length);
}
