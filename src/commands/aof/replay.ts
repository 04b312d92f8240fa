import { existsSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { ConnectionError } from '../../client/connection.js';
import type { ReplayServer } from '../../client/replay-sender.js';
import { ReplyError } from '../../client/reply-reading.js';
import { addressText, applyServer, applyUri } from '../../client/server-address.js';
import { UsageError as ClientUsageError } from '../../client/usage-error.js';
import { type AofSet, findAofSet, setBytes } from '../../persistence/toolkit/aof-set.js';
import { missingFile } from '../../persistence/toolkit/aof-walk.js';
import { count } from '../../persistence/toolkit/check-report.js';
import { operationFilter } from '../../persistence/toolkit/operation-filter.js';
import { AofCommand, exitCodeHelp, ExitCode, pathArgument, UsageError } from '../../toolkit/aof-command.js';
import { filterFlags, filterOptions } from '../../toolkit/filter-flags.js';
import { formatPlace, parsePlace, type ReplayPlace } from '../../toolkit/replay-place.js';
import { Replay, type ReplayOutcome } from '../../toolkit/replay.js';
import { RequestKeys } from '../../toolkit/request-keys.js';

interface ReplayResult {
  server: string;
  end: ReplayOutcome['end'];
  commands: number;
  skipped: number;
  errors: number;
  firstErrors: { at: string; message: string }[];
  resumeFrom: string;
  unanswered: number;
}

const ERRORS_SHOWN = 10;
/** As after a SIGINT, which Ctrl-C is. */
const STOPPED = 130;

export default class AofReplay extends AofCommand {
  static override summary = 'play an AOF into a live server';
  static override description =
    'Sends every command in its order, each in its database, transactions as a whole. Errors that the server replies are counted and the first ones shown; the replay goes on unless --stop-on-error, or unless the server refuses every write (it is full, or a replica). Ctrl-C ends it in order and prints where to resume. A server that holds keys already is only written to after a question (or with --yes).' +
    exitCodeHelp({
      0: 'played without an error',
      1: 'errors were replied, or an unfinished end was left out',
      2: 'the file is damaged or the connection was lost',
    });
  static override examples = [
    '<%= config.bin %> aof replay data --to 127.0.0.1:7777',
    'REDISCLI_AUTH=secret <%= config.bin %> aof replay data --to 10.0.0.5:6379 --rate 5000',
    '<%= config.bin %> aof replay data --to :7777 --key "user:*"',
    '<%= config.bin %> aof replay data --to :7777 --from redis.aof.3.incr.aof:81920',
  ];
  static override args = { path: pathArgument };
  static override flags = {
    to: Flags.string({
      helpValue: 'SERVER',
      required: true,
      description: 'HOST:PORT or redis[s]://[user:password@]host:port; a password also from REDISCLI_AUTH',
    }),
    rate: Flags.integer({
      helpValue: 'N',
      min: 1,
      description: 'commands a second; else as fast as the server takes them',
    }),
    from: Flags.string({
      helpValue: 'PLACE',
      description: 'where to resume: FILE:OFFSET, as it was printed',
    }),
    'stop-on-error': Flags.boolean({
      description: 'end at the first error that the server replies; waits for each reply, which is slower',
    }),
    yes: Flags.boolean({ description: 'do not ask, though the server holds keys' }),
    ...filterFlags,
  };

  async run(): Promise<ReplayResult | null> {
    const { args, flags } = await this.parse(AofReplay);
    const set = findAofSet(args.path);
    const missing = set.files.find(({ path }) => !existsSync(path));
    if (missing !== undefined) throw missingFile(missing.path);
    const keys = new RequestKeys();
    const server = parseServer(flags.to);
    const firstErrors: ReplayResult['firstErrors'] = [];
    const replay = new Replay(set, {
      from: flags.from === undefined ? START : parsePlace(set, flags.from),
      rate: flags.rate ?? null,
      wanted: operationFilter(filterOptions(flags, keys), (request) => keys.of(request)),
      stopOnError: flags['stop-on-error'],
      onError: (at, message) => {
        if (firstErrors.length < ERRORS_SHOWN) firstErrors.push({ at, message });
      },
      progress: this.placeProgress(set),
    });
    const held = await this.connect(replay, server);
    try {
      const agreed = held === 0 || flags.from !== undefined || flags.yes;
      if (!agreed && !(await this.agree(server, held))) return null;
      const outcome = await this.play(replay);
      const result = resultOf(set, server, outcome, firstErrors);
      this.report(result, outcome, set);
      return result;
    } finally {
      replay.close();
    }
  }

  private async connect(replay: Replay, server: ReplayServer): Promise<number> {
    try {
      return await replay.connect(server);
    } catch (error) {
      if (!(error instanceof ConnectionError || error instanceof ReplyError)) throw error;
      const to = addressText(server.address);
      const { message } = error;
      throw new UsageError(
        `${message.includes(to) ? '' : `${to}: `}${message.replace(/\.$/, '')}; nothing was sent${hintAbout(message)}`,
        { cause: error },
      );
    }
  }

  private async agree({ address }: ReplayServer, held: number): Promise<boolean> {
    const text = `${addressText(address)} already holds ${count(held, 'key')}`;
    if (await this.confirm(`${text}. Play into it?`)) return true;
    throw new UsageError(`${text}: nothing was sent. --yes plays into it all the same`);
  }

  /** The first Ctrl-C ends the replay in order; the second one ends the process. */
  private async play(replay: Replay): Promise<ReplayOutcome> {
    const stop = (): void => {
      replay.stop();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    try {
      return await replay.run();
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    }
  }

  private placeProgress(set: AofSet): (place: ReplayPlace) => void {
    const bar = this.newBar(setBytes(set));
    return ({ file, offset }) => {
      const before = setBytes({ ...set, files: set.files.slice(0, file) });
      bar.show(before + (offset ?? 0), `playing ${set.files[file]!.name}`);
    };
  }

  private report(result: ReplayResult, outcome: ReplayOutcome, set: AofSet): void {
    const { commands, skipped, errors, firstErrors } = result;
    this.say(
      `Played ${count(commands, 'command')} into ${result.server}, left out ${skipped.toLocaleString('en')}, ${count(errors, 'error')}.`,
    );
    for (const { at, message } of firstErrors) this.log(`  ${at}\n    ${message}`);
    if (errors > firstErrors.length)
      this.log(`  and ${(errors - firstErrors.length).toLocaleString('en')} more`);
    const unfinished = outcome.damage?.unfinished ?? false;
    process.exitCode =
      (outcome.end === 'damaged' && !unfinished) || outcome.end === 'disconnected'
        ? ExitCode.DAMAGED
        : outcome.end === 'stopped'
          ? STOPPED
          : outcome.end !== 'complete' || errors > 0
            ? ExitCode.REPAIRABLE
            : ExitCode.SOUND;
    if (outcome.end !== 'complete') this.tellHowToGoOn(result, outcome, set);
  }

  private tellHowToGoOn({ server }: ReplayResult, outcome: ReplayOutcome, set: AofSet): void {
    const { end, reason, refusal, damage, unanswered } = outcome;
    if (end === 'disconnected') this.logToStderr(`The connection to ${server} was lost: ${reason ?? ''}.`);
    else if (reason !== null) this.logToStderr(reason);
    if (refusal !== null) this.logToStderr(`${server} refuses to go on: ${refusal}\n${adviceOn(refusal)}`);
    if (damage !== null && end === 'damaged') {
      const { file, offset, reason } = damage;
      if (damage.unfinished) {
        this.logToStderr(
          `${file.name} ends in an unfinished record or transaction, as after a crash, which was left out. All before it was played.`,
        );
        return;
      }
      this.logToStderr(
        `${file.name} is damaged at offset ${offset}: ${reason}. What follows was not played ('aof repair --salvage' reads past it).`,
      );
    }
    if (unanswered > 0) {
      const what = `${count(unanswered, 'command')} (or transactions)`;
      this.logToStderr(
        `${refusal === null ? `${what} had been sent and not answered: the server may have run them` : `${what} behind that had been sent already, and the server ran them`}. Resumed, they are sent again, which counts twice for INCR, RPUSH and the like: where that matters, empty the server and play from the start.`,
      );
    }
    this.say(`To resume, type the same command with: --from ${formatPlace(set, outcome.place)}`);
  }
}

/** What to do where no connection can be used. */
function hintAbout(message: string): string {
  if (/^(NOAUTH|WRONGPASS)/.test(message))
    return '. A password is read from REDISCLI_AUTH, or from --to redis://[USER]:PASSWORD@HOST:PORT';
  if (message.startsWith('LOADING')) return '. Try again when it has loaded its data';
  return '';
}

/** What to do about a server that refuses every write. */
function adviceOn(refusal: string): string {
  switch (refusal.slice(0, refusal.indexOf(' '))) {
    case 'OOM':
      return 'Raise its maxmemory (CONFIG SET maxmemory), or play less of the file (--key, --db, --type).';
    case 'READONLY':
      return 'It is a replica: play into its master.';
    case 'MISCONF':
      return 'It cannot save to its disk: free some space there, or CONFIG SET stop-writes-on-bgsave-error no.';
    case 'MOVED':
      return 'It is one node of a cluster, and holds only some of the keys: play into a server that is none.';
    default:
      return 'See what its log says.';
  }
}

const START: ReplayPlace = { file: 0, snapshotCommands: 0, offset: null };

function resultOf(
  set: AofSet,
  { address }: ReplayServer,
  { end, commands, skipped, errors, place, unanswered }: ReplayOutcome,
  firstErrors: ReplayResult['firstErrors'],
): ReplayResult {
  const server = addressText(address);
  return {
    server,
    end,
    commands,
    skipped,
    errors,
    firstErrors,
    resumeFrom: formatPlace(set, place),
    unanswered,
  };
}

function parseServer(text: string): ReplayServer {
  const target = {
    address: { host: '127.0.0.1', port: 6379, path: undefined, tls: undefined },
    user: undefined,
    password: process.env['REDISCLI_AUTH'],
    passwordShown: false,
    database: 0,
  } as Parameters<typeof applyUri>[0];
  try {
    if (text.includes('://')) applyUri(target, text);
    else applyServer(target.address, text);
  } catch (error) {
    if (!(error instanceof ClientUsageError)) throw error;
    throw new UsageError(`--to ${text}: ${error.message}`, { cause: error });
  }
  return { address: target.address, user: target.user, password: target.password };
}
