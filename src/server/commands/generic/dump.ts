import { Bytes } from '../../../bytes/bytes.js';
import { parseInteger } from '../../../bytes/integer.js';
import { isDumpPayload, readDumpPayload } from '../../../persistence/rdb/dump-payload.js';
import { RdbError } from '../../../persistence/rdb/rdb-format.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { integerArgument } from '../../arguments/arguments.js';
import { hasPassed } from '../../arguments/expire-time.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import { KeyspaceLoader } from '../../persistence/keyspace-loader.js';
import { dumpOf } from '../../persistence/value-dump.js';
import type { Session } from '../../clients/session.js';
import { removalName } from '../../execution/propagation.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const dump: CommandSpec = {
  name: 'dump',
  group: 'generic',
  summary: 'Returns the value of a key in a form that RESTORE takes.',
  since: '2.6.0',
  complexity: 'O(1) to find the key, O(N*M) to write it: N elements of average size M.',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output'],
  handler: dumpCommand,
};

export const restore: CommandSpec = {
  name: 'restore',
  group: 'generic',
  summary: 'Creates a key from what DUMP returned.',
  since: '2.6.0',
  complexity:
    'O(1) to create the key, O(N*M) to read the value: N elements of average size M; O(N*M*log(N)) for a sorted set.',
  syntax: 'key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]',
  arity: -4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.DANGEROUS | Flag.TIMED,
  keys: [key('OW UPDATE')],
  history: [
    ['3.0.0', 'Takes REPLACE.'],
    ['5.0.0', 'Takes ABSTTL.'],
    ['5.0.0', 'Takes IDLETIME and FREQ.'],
  ],
  handler: restoreCommand,
};

function dumpCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.null();
  reply.bulk(new Bytes(dumpOf(db, ref)));
}

interface RestoreOptions {
  replace: boolean;
  absolute: boolean;
  idleSeconds: number;
  frequency: number;
}

function restoreCommand(session: Session, request: Request): void {
  const { reply, db } = session;
  const options = parseOptions(session, request);
  if (options === null) return;
  const name = request.arg(1);
  const existing = session.write(name);
  if (existing !== 0 && !options.replace) return reply.error('BUSYKEY Target key name already exists.');
  const ttl = integerArgument(session, request, 2);
  if (ttl === null) return;
  if (ttl < 0) return reply.error('ERR Invalid TTL value, must be >= 0');
  const payload = request.arg(3);
  if (!isDumpPayload(payload, !session.server.skipsDumpChecksums)) {
    return reply.error('ERR DUMP payload version or checksum are wrong');
  }
  const expireAtMs = ttl === 0 ? -1 : options.absolute ? ttl : ttl + session.now;
  // Read beside the key first, so that bad data leaves what is there alone.
  const beside = read(session, payload, { ...options, expireAtMs });
  if (beside === null) return reply.error('ERR Bad data format');
  if (existing !== 0) db.remove(db.find(name));
  if (expireAtMs >= 0 && hasPassed(session, expireAtMs)) {
    db.remove(db.find(beside));
    if (existing !== 0) removed(session, name);
    return reply.ok();
  }
  db.rename(db.find(beside), db, name);
  session.changed(name, NotifyClass.GENERIC, 'restore');
  if (ttl !== 0 && !options.absolute) propagateAbsolute(session, request, expireAtMs);
  reply.ok();
}

/** Creates the value under a name that nobody uses; that name, or null when the payload holds no value. */
function read(
  session: Session,
  payload: Bytes,
  meta: { readonly expireAtMs: number; readonly idleSeconds: number; readonly frequency: number },
): Bytes | null {
  const { db } = session;
  const { keyspace } = db;
  const { onCreated } = keyspace;
  // Nobody hears of the name in between.
  keyspace.onCreated = null;
  const beside = Bytes.from(`\0restoring ${session.server.runId}`);
  const loader = new KeyspaceLoader(keyspace, null, true);
  loader.select(db.number);
  try {
    readDumpPayload(payload, beside, { ...meta }, loader);
    return db.find(beside) === 0 ? null : beside;
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    session.server.log.warn({ reason: error.message }, `RESTORE: integrity check failed: ${error.message}`);
    const partial = db.find(beside);
    if (partial !== 0) db.remove(partial);
    return null;
  } finally {
    keyspace.onCreated = onCreated;
  }
}

function removed(session: Session, name: Bytes): void {
  session.changed(name, NotifyClass.GENERIC, 'del');
  session.server.propagation.replace(session.db.number, removalName(session.db.keyspace.lazyServerDel), name);
}

function propagateAbsolute(session: Session, request: Request, expireAtMs: number): void {
  const rest: Bytes[] = [];
  for (let i = 4; i < request.count; i++) rest.push(request.arg(i));
  session.server.propagation.replace(
    session.db.number,
    'RESTORE',
    request.arg(1),
    expireAtMs,
    request.arg(3),
    ...rest,
    'ABSTTL',
  );
}

function parseOptions(session: Session, request: Request): RestoreOptions | null {
  const options: RestoreOptions = { replace: false, absolute: false, idleSeconds: -1, frequency: -1 };
  for (let i = 4; i < request.count; i++) {
    const more = i + 1 < request.count;
    if (request.is(i, 'replace')) options.replace = true;
    else if (request.is(i, 'absttl')) options.absolute = true;
    else if (request.is(i, 'idletime') && more && options.frequency === -1) {
      const seconds = integerArgument(session, request, ++i);
      if (seconds === null) return null;
      if (seconds < 0) return refuse(session, 'ERR Invalid IDLETIME value, must be >= 0');
      options.idleSeconds = seconds;
    } else if (request.is(i, 'freq') && more && options.idleSeconds === -1) {
      const frequency = parseInteger(request.arg(++i));
      if (Number.isNaN(frequency)) return refuse(session, errors.NOT_INTEGER);
      if (frequency < 0 || frequency > 255)
        return refuse(session, 'ERR Invalid FREQ value, must be >= 0 and <= 255');
      options.frequency = frequency;
    } else return refuse(session, errors.SYNTAX);
  }
  return options;
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}
