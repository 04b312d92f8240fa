import type { Bytes } from '../../../bytes/bytes.js';
import { SYNTAX } from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { int64Argument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

/** Where options begin. */
const OPTIONS = 6;
const TIMEOUT_MS_DEFAULT = 1000;
const TIMEOUT_MS_MAX = 0x7fff_ffff;

export const migrate: CommandSpec = {
  name: 'migrate',
  group: 'generic',
  summary:
    'Moves keys to another server: they are created there and removed here. Meanwhile those who write to them wait.',
  since: '2.6.0',
  complexity: 'That of DUMP and DEL here and of RESTORE there, for each key, and O(N) to send their values.',
  syntax:
    'host port <key | ""> destination-db timeout [COPY] [REPLACE] [AUTH password | AUTH2 username password] [KEYS key [key ...]]',
  arity: -6,
  flags: Flag.WRITE | Flag.MOVABLEKEYS | Flag.DANGEROUS | Flag.TIMED,
  keys: [
    key('RW ACCESS DELETE', 3),
    {
      flags: 'RW ACCESS DELETE INCOMPLETE',
      find: { kind: 'keyword', word: 'KEYS', from: -2, last: -1, step: 1 },
    },
  ],
  getKeys: keyPositions,
  tips: ['nondeterministic_output'],
  history: [
    ['3.0.0', 'Takes `COPY` and `REPLACE`.'],
    ['3.0.6', 'Takes `KEYS`.'],
    ['4.0.7', 'Takes `AUTH`.'],
    ['6.0.0', 'Takes `AUTH2`.'],
  ],
  handler: migrateCommand,
};

interface Options {
  copy: boolean;
  replace: boolean;
  credentials: string[];
  firstKey: number;
  endOfKeys: number;
}

function migrateCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  const options = parseOptions(session, request);
  if (options === null) return;
  const timeout = int64Argument(session, request, 5);
  if (timeout === null) return;
  const database = int64Argument(session, request, 4);
  if (database === null) return;
  const { copy, replace, credentials } = options;
  const keys = existing(session, request, options.firstKey, options.endOfKeys);
  if (keys.length === 0) return reply.simple('NOKEY');
  // Replies of a transaction or a script cannot wait for another server, and Redis's way, to stand still, is none here.
  if (!server.blocking.mayWait(session)) {
    return reply.error('ERR MIGRATE is not allowed inside a transaction or a script');
  }
  const timeoutMs = timeout > 0n ? Math.min(Number(timeout), TIMEOUT_MS_MAX) : TIMEOUT_MS_DEFAULT;
  server.migrations.begin(session, {
    ...{ host: request.string(1), port: Number.parseInt(request.string(2), 10) },
    ...{ source: session.db, database: String(database), timeoutMs },
    ...{ copy, replace, credentials, keys },
  });
}

function existing(session: Session, request: Request, first: number, end: number): Bytes[] {
  const keys: Bytes[] = [];
  for (let i = first; i < end; i++) {
    const name = request.arg(i);
    if (session.read(name) !== 0) keys.push(name.copy());
  }
  return keys;
}

function parseOptions(session: Session, request: Request): Options | null {
  const { count } = request;
  const options: Options = { copy: false, replace: false, credentials: [], firstKey: 3, endOfKeys: 4 };
  for (let i = OPTIONS; i < count; i++) {
    if (request.is(i, 'copy')) options.copy = true;
    else if (request.is(i, 'replace')) options.replace = true;
    else if (request.is(i, 'auth') && i + 1 < count) options.credentials = [request.string(++i)];
    else if (request.is(i, 'auth2') && i + 2 < count) {
      options.credentials = [request.string(++i), request.string(++i)];
    } else if (!request.is(i, 'keys')) return refuse(session, SYNTAX);
    else if (request.length(3) > 0) {
      return refuse(
        session,
        'ERR When using MIGRATE KEYS option, the key argument must be set to the empty string',
      );
    } else return { ...options, firstKey: i + 1, endOfKeys: count };
  }
  return options;
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}

/** Argument 3, or what follows KEYS; passwords may be called KEYS as well. Null when both are given. */
function keyPositions(request: Request): number[] | null {
  const { count } = request;
  for (let i = OPTIONS; i < count - 1; i++) {
    if (request.is(i, 'auth')) i++;
    else if (request.is(i, 'auth2')) i += 2;
    else if (request.is(i, 'keys')) {
      if (request.length(3) > 0) return null;
      return Array.from({ length: count - i - 1 }, (_, at) => i + 1 + at);
    }
  }
  return [3];
}
