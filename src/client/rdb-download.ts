import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { isErrorReply } from '../protocol/reply.js';
import { encodeRequest } from '../protocol/request-encoder.js';
import { type Connection, ConnectionError, systemMessage } from './connection.js';
import type { Session } from './session.js';
import { warn } from './standard-streams.js';

/** Length of the marker that ends a snapshot whose size the server did not know beforehand. */
const MARKER_BYTES = 40;

/**
 * --rdb: becomes a replica for as long as one snapshot takes, and saves it under `file` (`-` is stdout). The file
 * appears only when it is whole. Returns the exit code.
 */
export async function runRdbDownload(session: Session, file: string): Promise<number> {
  const connection = await session.connect();
  for (const [name, value] of [
    ['capa', 'eof'],
    ['rdb-only', '1'],
  ] as const) {
    warn(`sending REPLCONF ${name} ${value}`);
    const reply = await connection.call(['REPLCONF', name, value]);
    if (isErrorReply(reply)) warn(`REPLCONF ${name} error: ${reply.bytes.toString()}`);
  }
  const partial = `${file}.${process.pid}.partial`;
  const target: Writable = file === '-' ? process.stdout : createWriteStream(partial);
  if (file !== '-') await opened(target, file);
  try {
    const bytes = await receiveSnapshot(connection, target, file);
    if (file !== '-') {
      target.end();
      await once(target, 'close');
      await rename(partial, file);
    }
    warn(`Transfer finished with success after ${bytes} bytes`);
    return 0;
  } catch (error) {
    if (file !== '-') await rm(partial, { force: true });
    throw error;
  }
}

async function opened(target: Writable, file: string): Promise<void> {
  try {
    await once(target, 'open');
  } catch (error) {
    throw new ConnectionError(`Error opening '${file}': ${systemMessage(error)}`);
  }
}

/** Sends SYNC and copies what follows; how many bytes that were. */
async function receiveSnapshot(connection: Connection, target: Writable, file: string): Promise<number> {
  const { socket } = connection;
  // From here on the server sends no replies but a file.
  socket.removeAllListeners('data');
  socket.write(encodeRequest(['SYNC']));
  let header: string | undefined;
  let early = Buffer.alloc(0);
  let copied = 0;
  let tail = Buffer.alloc(0);
  let length = Infinity;
  let marker = '';
  const copy = async (chunk: Buffer): Promise<void> => {
    copied += chunk.length;
    if (chunk.length > 0 && !target.write(chunk)) await once(target, 'drain');
  };
  for await (const received of socket as AsyncIterable<Buffer>) {
    let chunk = received;
    if (header === undefined) {
      // Newlines keep the connection alive while the server makes the snapshot.
      early = Buffer.concat([early, chunk]);
      const text = early.toString('latin1').replace(/^\n+/, '');
      const end = text.indexOf('\n');
      if (end < 0) continue;
      header = text.slice(0, end).trimEnd();
      if (!header.startsWith('$')) throw new ConnectionError(refusal(header));
      if (header.startsWith('$EOF:')) marker = header.slice(5);
      else length = Number(header.slice(1));
      const until = marker === '' ? `size ${length} bytes` : `until EOF marker`;
      warn(`SYNC sent to master, writing bytes of bulk transfer ${until} to '${file}'`);
      chunk = Buffer.from(text.slice(end + 1), 'latin1');
    }
    if (marker === '') {
      await copy(chunk.subarray(0, length - copied));
      if (copied >= length) return copied;
      continue;
    }
    tail = Buffer.concat([tail, chunk]);
    if (tail.toString('latin1', Math.max(0, tail.length - MARKER_BYTES)) === marker) {
      await copy(tail.subarray(0, tail.length - MARKER_BYTES));
      return copied;
    }
    const safe = Math.max(0, tail.length - MARKER_BYTES);
    await copy(tail.subarray(0, safe));
    tail = tail.subarray(safe);
  }
  throw new ConnectionError('Server closed the connection in the middle of the snapshot');
}

function refusal(header: string): string {
  const text = header.replace(/^-/, '');
  const unknown = /unknown command/i.test(text);
  return unknown ? `This server cannot send snapshots: ${text}` : `SYNC with master failed: ${text}`;
}
