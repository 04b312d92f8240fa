import { Bytes } from '../../../src/bytes/bytes.js';
import type {
  KeyMeta,
  RdbVisitor,
  StreamConsumer,
  StreamGroup,
  StreamInfo,
} from '../../../src/persistence/rdb/rdb-visitor.js';
import { formatStreamId } from '../../../src/persistence/rdb/stream-id.js';

export interface RecordedKey {
  type: string;
  meta: KeyMeta;
  value: unknown;
}

/** Keeps everything an RDB reader tells, in a form that does not depend on how it was encoded. */
export class Recorder implements RdbVisitor {
  readonly keys = new Map<string, RecordedKey>();
  readonly auxFields = new Map<string, string>();
  readonly libraries: string[] = [];
  private db = 0;
  private elements: [string, unknown][] = [];
  private ended: () => void = () => undefined;

  select(db: number): void {
    this.db = db;
  }

  resize(): void {
    // A hint.
  }

  aux(name: string, value: string): void {
    this.auxFields.set(name, value);
  }

  functionLibrary(code: Bytes): void {
    this.libraries.push(code.toString());
  }

  string(key: Bytes, value: Bytes, meta: KeyMeta): void {
    this.add(key, 'string', meta).value = value.toString();
  }

  listStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.collection(this.add(key, 'list', meta), count, (elements) => elements.map(([element]) => element));
  }

  listElement(element: Bytes): void {
    this.elements.push([element.toString(), 0]);
  }

  setStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.collection(this.add(key, 'set', meta), count, (elements) =>
      elements.map(([member]) => member).sort(),
    );
  }

  setMember(member: Bytes): void {
    this.elements.push([member.toString(), 0]);
  }

  zsetStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.collection(this.add(key, 'zset', meta), count, byName);
  }

  zsetMember(member: Bytes, score: number): void {
    this.elements.push([member.toString(), Object.is(score, -0) ? 0 : score]);
  }

  hashStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.collection(this.add(key, 'hash', meta), count, byName);
  }

  hashField(field: Bytes, value: Bytes, expireAtMs: number): void {
    this.elements.push([field.toString(), [value.toString(), expireAtMs]]);
  }

  streamStart(key: Bytes, meta: KeyMeta): void {
    this.collection(this.add(key, 'stream', meta), -1, (elements) => elements);
  }

  streamEntry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    this.elements.push([formatStreamId(id), pairs.slice(0, 2 * fields).map(String)]);
  }

  streamInfo(info: StreamInfo): void {
    const ids = [info.lastId, info.firstId, info.maxDeletedId].map(formatStreamId);
    this.elements.push(['info', [info.length, ...ids, info.entriesAdded, info.groups]]);
  }

  streamGroup(group: StreamGroup): void {
    const { name, lastId, entriesRead, pending } = group;
    this.elements.push(['group', [name.toString(), formatStreamId(lastId), entriesRead, pending]]);
  }

  streamPending(id: Bytes, deliveredAtMs: number, deliveries: number): void {
    this.elements.push(['pending', [formatStreamId(id), deliveredAtMs, deliveries]]);
  }

  streamConsumers(count: number): void {
    this.elements.push(['consumers', count]);
  }

  streamConsumer(consumer: StreamConsumer): void {
    this.elements.push(['consumer', [consumer.name.toString(), consumer.seenTimeMs, consumer.pending]]);
  }

  streamConsumerPending(id: Bytes): void {
    this.elements.push(['owns', formatStreamId(id)]);
  }

  end(): void {
    this.ended();
  }

  private add(key: Bytes, type: string, meta: KeyMeta): RecordedKey {
    const name = `${this.db}:${key.toString()}`;
    if (this.keys.has(name)) throw new Error(`${name} came twice`);
    const recorded = { type, meta: { ...meta }, value: undefined };
    this.keys.set(name, recorded);
    return recorded;
  }

  private collection(
    recorded: RecordedKey,
    count: number,
    arrange: (elements: [string, unknown][]) => unknown,
  ): void {
    const elements: [string, unknown][] = [];
    this.elements = elements;
    this.ended = () => {
      if (count >= 0 && elements.length !== count)
        throw new Error(`${count} were announced, ${elements.length} came`);
      recorded.value = arrange(elements);
    };
  }
}

function byName(elements: [string, unknown][]): [string, unknown][] {
  return elements.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
