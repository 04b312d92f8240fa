import { rewriteConfigFile } from '../../config/config-rewrite.js';
import { parseMemory } from '../../config/config-values.js';
import type { Request } from '../../../protocol/request.js';
import { parseDouble } from '../../../bytes/double.js';
import type { Session } from '../../clients/session.js';
import { isLocal } from '../../clients/client-admission.js';
import { newRunId } from '../../run-id.js';
import { type CommandSpec, Flag } from '../command.js';
import { helpLines, replyLines } from '../help.js';
import { debugDigest, debugDigestValue } from './debug-digest.js';
import { debugHtstats, debugHtstatsKey, debugObject, debugPopulate, debugSdslen } from './debug-keys.js';
import { debugProtocol } from './debug-protocol.js';

interface DebugSubcommand {
  readonly name: string;
  readonly syntax: string;
  readonly summary: string;
  /** Least and greatest number of arguments behind the subcommand. */
  readonly least: number;
  readonly most: number;
  readonly handler: (session: Session, request: Request) => void;
}

const SUBCOMMANDS: readonly DebugSubcommand[] = [
  debugDigest,
  debugDigestValue,
  debugObject,
  debugSdslen,
  debugHtstats,
  debugHtstatsKey,
  debugPopulate,
  debugProtocol,
  {
    name: 'sleep',
    syntax: 'seconds',
    summary: 'Does nothing else for that time; decimals allowed.',
    least: 1,
    most: 1,
    handler: (session, request): void => {
      sleepMs(1000 * parseDouble(request.string(2)));
      session.server.refreshTime();
      session.reply.ok();
    },
  },
  {
    name: 'reload',
    syntax: '[MERGE] [NOFLUSH] [NOSAVE]',
    summary: 'Saves the data to the RDB file and loads it again.',
    least: 0,
    most: 3,
    handler: debugReload,
  },
  {
    name: 'loadaof',
    syntax: '',
    summary: 'Writes what is pending to the append-only file and loads it again.',
    least: 0,
    most: 0,
    handler: debugLoadaof,
  },
  accepted(
    'set-active-expire',
    '<0|1>',
    'Whether keys expire while nobody asks for them.',
    1,
    1,
    (session, request) => {
      session.server.activeExpiry.enabled = request.string(2) !== '0';
    },
  ),
  accepted('pause-cron', '<0|1>', 'Whether the periodic work stands still.', 1, 1, (session, request) => {
    session.server.cron.paused = /^[1-9]/.test(request.string(2));
  }),
  accepted('change-repl-id', '', 'Draws another replication id.', 0, 0, (session) => {
    session.server.replicationId = newRunId();
  }),
  accepted('log', 'message', 'Writes a line into the log.', 1, 1, (session, request) => {
    session.server.log.warn({}, `DEBUG LOG: ${request.string(2)}`);
  }),
  accepted(
    'replybuffer',
    '<PEAK-RESET-TIME|RESIZING> value',
    'Accepted: reply buffers are shared here.',
    2,
    2,
  ),
  accepted(
    'set-skip-checksum-validation',
    '<0|1>',
    'Whether RESTORE takes values whose checksum is wrong.',
    1,
    1,
    (session, request) => {
      session.server.skipsDumpChecksums = /^[1-9]/.test(request.string(2));
    },
  ),
  accepted('set-disable-deny-scripts', '<0|1>', 'Accepted.', 1, 1),
  accepted('aof-flush-sleep', 'microseconds', 'Accepted.', 1, 1),
  {
    name: 'quicklist-packed-threshold',
    syntax: 'size',
    summary: 'Accepted: elements of lists are never kept apart for their size.',
    least: 1,
    most: 1,
    handler: (session, request): void => {
      const bytes = parseMemory(request.string(2));
      if (bytes === null || bytes > 4 * 1024 ** 3) {
        return session.reply.error('ERR argument must be a memory value bigger than 1 and smaller than 4gb');
      }
      session.reply.ok();
    },
  },
  {
    name: 'config-rewrite-force-all',
    syntax: '',
    summary: 'As CONFIG REWRITE, with every directive, also those that have their default.',
    least: 0,
    most: 0,
    handler: ({ reply, server }): void => {
      const error = rewriteConfigFile(server.configuration, true);
      if (error === null) reply.ok();
      else reply.error(`ERR ${error}`);
    },
  },
  {
    name: 'error',
    syntax: 'text',
    summary: 'Replies with that error.',
    least: 1,
    most: 1,
    handler: (session, request) => session.reply.error(request.string(2)),
  },
];

const BY_NAME = new Map(SUBCOMMANDS.map((subcommand) => [subcommand.name, subcommand]));
const HELP = helpLines('debug', SUBCOMMANDS);

const NOT_ALLOWED =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local ' +
  'connection, otherwise you need to set this option in the configuration file, and then restart the server.';

export const debug: CommandSpec = {
  name: 'debug',
  group: 'server',
  summary: 'Commands for those who test servers.',
  since: '1.0.0',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: Flag.ADMIN | Flag.NOSCRIPT | Flag.LOADING | Flag.STALE | Flag.TIMED,
  internal: true,
  handler: debugCommand,
};

function debugCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  const allowed = server.config['enable-debug-command'];
  if (allowed === 'no' || (allowed === 'local' && !isLocal(session))) return reply.error(NOT_ALLOWED);
  const name = request.word(1);
  if (name === 'help' && request.count === 2) return replyLines(session, HELP);
  const subcommand = BY_NAME.get(name);
  const given = request.count - 2;
  if (subcommand === undefined || given < subcommand.least || given > subcommand.most) {
    const shown = request.string(1).slice(0, 128);
    return reply.error(`ERR unknown subcommand or wrong number of arguments for '${shown}'. Try DEBUG HELP.`);
  }
  subcommand.handler(session, request);
}

/** A subcommand that replies OK. */
function debugReload(session: Session, request: Request): void {
  let save = true;
  let keep = false;
  for (let i = 2; i < request.count; i++) {
    if (request.is(i, 'nosave')) save = false;
    else if (request.is(i, 'noflush') || request.is(i, 'merge')) keep = true;
    else return session.reply.error('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
  }
  const { persistence, log } = session.server;
  try {
    persistence.reload(save, keep);
    session.reply.ok();
  } catch (error) {
    log.error({ error: String(error) }, 'DEBUG RELOAD failed');
    session.reply.error('ERR Error trying to load the RDB dump, check server logs');
  }
  // What was loaded counts as changes; the command that loaded it must not be written because of them.
  session.server.propagation.suppress();
}

function debugLoadaof(session: Session): void {
  const { persistence, log } = session.server;
  try {
    persistence.reloadAof();
    session.reply.ok();
  } catch (error) {
    log.error({ error: String(error) }, 'DEBUG LOADAOF failed');
    session.reply.error('ERR Error trying to load the AOF files, check server logs');
  }
  // What was loaded counts as changes; the command that loaded it must not be written because of them.
  session.server.propagation.suppress();
}

function accepted(
  name: string,
  syntax: string,
  summary: string,
  least: number,
  most: number,
  act?: (session: Session, request: Request) => void,
): DebugSubcommand {
  const handler = (session: Session, request: Request): void => {
    act?.(session, request);
    session.reply.ok();
  };
  return { name, syntax, summary, least, most, handler };
}

/** Stops the whole process, as DEBUG SLEEP must. */
function sleepMs(durationMs: number): void {
  if (durationMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
