import { isErrorReply, type Reply } from '../protocol/reply.js';
import { quoteBytes } from './command-line.js';
import { scanKeys } from './keyspace-scan.js';
import { replyNumber } from './reply-reading.js';
import { byteText } from './server-statistics.js';
import type { Session } from './session.js';

interface PrefixSettings {
  readonly pattern?: Buffer | undefined;
  /** How many parts of a name make a level. */
  readonly depth: number;
  readonly signal: AbortSignal;
}

interface PrefixNode {
  keys: number;
  bytes: number;
  readonly children: Map<string, PrefixNode>;
}

/** What parts of key names are set apart by. */
const SEPARATORS = /[:/.|]/;
/** Keys with many different prefixes are counted under `…` from here on, so that the tree stays small. */
const CHILDREN_MAX = 1000;
/** How many children of a node are shown. */
const CHILDREN_SHOWN = 20;
const SCAN_COUNT = 500;

/** A tree of key prefixes with their keys and bytes, the heaviest first. One character per byte. */
export async function prefixTree(session: Session, settings: PrefixSettings): Promise<string> {
  const root: PrefixNode = emptyNode();
  let memoryKnown = true;
  for await (const keys of scanKeys(session, { ...settings, count: SCAN_COUNT })) {
    const sizes: Reply[] = memoryKnown
      ? await Promise.all(keys.map((key) => session.call(['MEMORY', 'USAGE', key])))
      : [];
    memoryKnown &&= !sizes.some(isErrorReply);
    for (const [i, key] of keys.entries()) {
      // A key that has gone meanwhile has no size.
      addKey(root, key.toString('latin1'), replyNumber(sizes[i]) || 0, settings.depth);
    }
  }
  const lines = [line('', root, memoryKnown), ...childLines(root, '', memoryKnown)];
  const stopped = settings.signal.aborted ? '(interrupted: part of the keyspace)\n' : '';
  return lines.join('') + stopped;
}

const emptyNode = (): PrefixNode => ({ keys: 0, bytes: 0, children: new Map() });

function addKey(root: PrefixNode, name: string, bytes: number, depth: number): void {
  let node = root;
  let rest = name;
  node.keys++;
  node.bytes += bytes;
  for (let level = 0; level < depth; level++) {
    const at = rest.search(SEPARATORS);
    const part = at < 0 ? '' : rest.slice(0, at + 1);
    if (part === '') return;
    const full = node.children.size >= CHILDREN_MAX && !node.children.has(part);
    const label = full ? '...' : part;
    const child = node.children.get(label) ?? emptyNode();
    node.children.set(label, child);
    child.keys++;
    child.bytes += bytes;
    node = child;
    rest = rest.slice(at + 1);
  }
}

function childLines(node: PrefixNode, indent: string, memoryKnown: boolean): string[] {
  const children = [...node.children].sort(([, a], [, b]) => b.bytes - a.bytes || b.keys - a.keys);
  const hidden = children.length - CHILDREN_SHOWN;
  const lines = children
    .slice(0, CHILDREN_SHOWN)
    .flatMap(([name, child]) => [
      line(`${indent}  ${quoteBytes(Buffer.from(name, 'latin1')).slice(1, -1)}*`, child, memoryKnown),
      ...childLines(child, `${indent}  `, memoryKnown),
    ]);
  return hidden > 0 ? [...lines, `${indent}  ... ${hidden} more\n`] : lines;
}

function line(label: string, node: PrefixNode, memoryKnown: boolean): string {
  const keys = `${node.keys} ${node.keys === 1 ? 'key' : 'keys'}`;
  const memory = memoryKnown ? byteText(node.bytes).padStart(10) : '';
  return `${(label === '' ? '(all)' : label).padEnd(32)} ${keys.padStart(14)} ${memory}`.trimEnd() + '\n';
}
