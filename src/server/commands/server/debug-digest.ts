import { hash } from 'node:crypto';
import { Bytes } from '../../../bytes/bytes.js';
import { formatDouble } from '../../../bytes/double.js';
import type { KeyMeta, RdbVisitor } from '../../../persistence/rdb/rdb-visitor.js';
import type { Request } from '../../../protocol/request.js';
import { ValueWriter } from '../../persistence/value-writer.js';
import type { Session } from '../../clients/session.js';

export const debugDigest = {
  name: 'digest',
  syntax: '',
  summary: 'A digest of the whole data set; equal data give equal digests.',
  least: 0,
  most: 0,
  handler: digestCommand,
};

export const debugDigestValue = {
  name: 'digest-value',
  syntax: 'key [key ...]',
  summary: 'Digests of the values of keys.',
  least: 0,
  most: Infinity,
  handler: digestValueCommand,
};

function digestCommand(session: Session): void {
  const whole = Buffer.alloc(DIGEST_BYTES);
  for (const database of session.server.keyspace.databases) {
    if (database.size === 0) continue;
    mix(whole, bigEndian(database.number));
    database.forEach((ref) => {
      const digest = new ValueDigest();
      mix(digest.value, view(database.keyOf(ref)));
      new ValueWriter(digest).write(database, ref, false);
      xor(whole, digest.value);
    });
  }
  session.reply.simple(whole.toString('hex'));
}

function digestValueCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  reply.array(request.count - 2);
  for (let i = 2; i < request.count; i++) {
    const digest = new ValueDigest();
    const ref = db.findLive(request.arg(i), session.now);
    if (ref !== 0) new ValueWriter(digest).write(db, ref, false);
    reply.simple(digest.value.toString('hex'));
  }
}

const DIGEST_BYTES = 20;

/** SHA-1 of the bytes, added by exclusive or: the order of such additions does not matter. */
function xor(digest: Buffer, bytes: Uint8Array): void {
  const sha1 = hash('sha1', bytes, 'buffer');
  for (let i = 0; i < DIGEST_BYTES; i++) digest[i]! ^= sha1[i]!;
}

/** Adds bytes so that the order matters. */
function mix(digest: Buffer, bytes: Uint8Array): void {
  xor(digest, bytes);
  hash('sha1', digest, 'buffer').copy(digest);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function view(bytes: Bytes): Uint8Array {
  return bytes.buffer.subarray(bytes.offset, bytes.offset + bytes.length);
}

/** Types as Redis numbers them. */
const TYPE_NUMBERS = { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 } as const;

/** The digest of one value, as Redis's xorObjectDigest makes it. */
class ValueDigest implements RdbVisitor {
  readonly value = Buffer.alloc(DIGEST_BYTES);
  private expires = false;

  private begin(type: keyof typeof TYPE_NUMBERS, meta: KeyMeta): void {
    this.expires = meta.expireAtMs >= 0;
    mix(this.value, bigEndian(TYPE_NUMBERS[type]));
  }

  end(): void {
    if (this.expires) xor(this.value, Buffer.from('!!expire!!'));
  }

  string(_key: Bytes, value: Bytes, meta: KeyMeta): void {
    this.begin('string', meta);
    mix(this.value, view(value));
    this.end();
  }

  listStart(_key: Bytes, _count: number, meta: KeyMeta): void {
    this.begin('list', meta);
  }

  listElement(element: Bytes): void {
    mix(this.value, view(element));
  }

  setStart(_key: Bytes, _count: number, meta: KeyMeta): void {
    this.begin('set', meta);
  }

  setMember(member: Bytes): void {
    xor(this.value, view(member));
  }

  zsetStart(_key: Bytes, _count: number, meta: KeyMeta): void {
    this.begin('zset', meta);
  }

  zsetMember(member: Bytes, score: number): void {
    this.pair(view(member), Buffer.from(formatDouble(score)));
  }

  hashStart(_key: Bytes, _count: number, meta: KeyMeta): void {
    this.begin('hash', meta);
  }

  hashField(field: Bytes, value: Bytes): void {
    this.pair(view(field), view(value));
  }

  private pair(first: Uint8Array, second: Uint8Array): void {
    const digest = Buffer.alloc(DIGEST_BYTES);
    mix(digest, first);
    mix(digest, second);
    xor(this.value, digest);
  }

  streamStart(_key: Bytes, meta: KeyMeta): void {
    this.begin('stream', meta);
  }

  streamEntry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    const bytes = Buffer.from(view(id));
    mix(this.value, Buffer.from(`${bytes.readBigUInt64BE(0)}.${bytes.readBigUInt64BE(8)}`));
    for (let i = 0; i < 2 * fields; i++) mix(this.value, view(pairs[i]!));
  }

  // What a digest does not cover.
  select(): void {
    // Not part of it.
  }

  resize(): void {
    // Not part of it.
  }

  aux(): void {
    // Not part of it.
  }

  functionLibrary(): void {
    // Not part of it.
  }

  streamInfo(): void {
    // Not part of it.
  }

  streamGroup(): void {
    // Not part of it.
  }

  streamPending(): void {
    // Not part of it.
  }

  streamConsumers(): void {
    // Not part of it.
  }

  streamConsumer(): void {
    // Not part of it.
  }

  streamConsumerPending(): void {
    // Not part of it.
  }
}
