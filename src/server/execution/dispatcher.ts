import * as errors from '../../protocol/errors.js';
import type { Request } from '../../protocol/request.js';
import { ValueTooLargeError } from '../../storage/database.js';
import { SlabFullError } from '../../storage/slab.js';
import { type Command, Flag } from '../commands/command.js';
import type { CommandTable } from '../commands/table.js';
import type { Server } from '../server.js';
import { discardTransaction, openTransaction } from './transactions.js';
import { GATED, type Session, SessionFlag, SILENT } from '../clients/session.js';

/**
 * Runs requests: finds the command, asks the gate whether it may run, calls its handler, and sends what it changed
 * down the funnel. Nothing here knows sockets or data types.
 */
export class Dispatcher {
  private readonly commands: CommandTable;

  constructor(private readonly server: Server) {
    this.commands = server.commands;
  }

  /** Runs one request; its reply, if it has one, is in `session.reply` afterwards. */
  dispatch(session: Session, request: Request): void {
    this.run(session, request, this.commands.find(request));
  }

  /** As `dispatch`, for a request whose command was looked up ahead. */
  run(session: Session, request: Request, found: Command | undefined): void {
    const command = found === undefined ? undefined : this.subcommand(found, request);
    if (command === undefined) return this.refuseUnknown(session, request, found);
    if (!command.accepts(request.count))
      return this.refuse(session, command, errors.wrongArity(command.fullName));
    if ((session.flags & GATED) !== 0 || this.server.gated) this.runGated(session, command, request);
    else this.call(session, command, request);
  }

  /** As `run`, for a session or a server in a special state. */
  private runGated(session: Session, command: Command, request: Request): void {
    const { reply } = session;
    const { keyspace } = this.server;
    const replyBytes = reply.length;
    if (session.has(SessionFlag.REPLY_SKIP_NEXT)) {
      session.flags = (session.flags & ~SessionFlag.REPLY_SKIP_NEXT) | SessionFlag.REPLY_SKIP;
    }
    const refusal = this.refusal(session, command, request);
    this.server.clock.pause();
    if (refusal === null) {
      // TOUCH is for nothing else than touching.
      const quiet = session.has(SessionFlag.NO_TOUCH) && command.spec.name !== 'touch';
      if (quiet) keyspace.quietLookups = true;
      this.call(session, command, request);
      if (quiet) keyspace.quietLookups = false;
    } else if (refusal !== NO_REPLY) this.refuse(session, command, refusal);
    // The reply of a command that waits comes later, and is dropped then.
    if (!session.has(SILENT) || session.has(SessionFlag.BLOCKED)) return;
    reply.rewind(Math.min(replyBytes, reply.length));
    session.flags &= ~SessionFlag.REPLY_SKIP;
  }

  private subcommand(container: Command, request: Request): Command | undefined {
    if (!container.isContainer) return container;
    // Alone, a container fails its own arity check.
    if (request.count < 2) return container;
    return (
      container.subcommands.get(request.word(1)) ?? (container.handler === undefined ? undefined : container)
    );
  }

  /** Runs a command that may run. */
  call(session: Session, command: Command, request: Request): void {
    const { server } = this;
    const { propagation } = server;
    const { reply } = session;
    const changesBefore = server.dirty;
    const errorsBefore = reply.errors;
    const database = session.db.number;
    session.lastCommand = command;
    command.calls++;
    server.totalCommands++;
    const replyBytes = reply.length;
    try {
      if ((command.flags & server.clock.timedFlags) !== 0) {
        server.clock.run(session, command, request, server.totalCommands);
      } else command.handler!(session, request);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      reply.rewind(replyBytes);
      reply.error(errors.OOM);
    }
    if (reply.errors !== errorsBefore) server.commandFailed(command, reply.errors);
    if (server.dirty !== changesBefore || propagation.unsettled) {
      propagation.command(
        database,
        request,
        server.dirty !== changesBefore && !session.has(SessionFlag.LOADER),
      );
      // Clients that wait for a key see what a whole transaction or script has made of it.
      if (server.blocking.hasReady && !session.has(SessionFlag.IN_EXEC | SessionFlag.SCRIPT)) {
        server.blocking.serveReady();
      }
      if (server.keyspace.overfull.length !== 0) server.memoryLimit.trimShards();
    }
    if (server.afterCommand !== null) server.afterCommand(session, command, request);
  }

  /** The ordered gate: why the command may not run now, NO_REPLY if it waits, or null. */
  private refusal(session: Session, command: Command, request: Request): string | null {
    const { server } = this;
    const { flags } = command;
    if (session.has(SessionFlag.UNAUTHENTICATED) && (flags & Flag.NO_AUTH) === 0) return errors.NOAUTH;
    const refusal = server.refusal(session, command, request);
    if (refusal !== null) return refusal;
    if (session.has(SessionFlag.MONITOR | SessionFlag.REPLICA) && (flags & KEYSPACE_FLAGS) !== 0) {
      return "ERR Replica can't interact with the keyspace";
    }
    if (session.has(SessionFlag.PUBSUB) && session.resp === 2 && (flags & Flag.SUBSCRIBER) === 0) {
      return `ERR Can't execute '${command.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
    }
    if (session.has(SessionFlag.MULTI) && (flags & Flag.IN_MULTI) === 0) {
      if ((flags & Flag.NO_MULTI) !== 0) return 'ERR Command not allowed inside a transaction';
      openTransaction(session).add(command, request);
      server.clientMemory.changed(session);
      session.reply.simple('QUEUED');
      return NO_REPLY;
    }
    return null;
  }

  /** Replies with an error to a request that was not run; inside MULTI it also spoils the transaction. */
  private refuse(session: Session, command: Command, error: string): void {
    command.rejectedCalls++;
    if (command.fullName !== 'exec') return this.reject(session, error);
    discardTransaction(session);
    this.reject(session, errors.execAborted(error));
  }

  private refuseUnknown(session: Session, request: Request, container: Command | undefined): void {
    const name = request.string(0);
    if (container !== undefined) {
      return this.reject(session, errors.unknownSubcommand(request.string(1), container.spec.name));
    }
    this.reject(session, errors.unknownCommand(name, request.strings(1)));
  }

  private reject(session: Session, error: string): void {
    if (session.has(SessionFlag.MULTI)) session.flags |= SessionFlag.DIRTY_EXEC;
    if (session.has(SessionFlag.REPLY_OFF)) this.server.countError(error);
    else session.reply.error(error);
  }
}

/** Flags of commands that a client which only listens must not send. */
const KEYSPACE_FLAGS = Flag.WRITE | Flag.READONLY | Flag.MAY_REPLICATE;

/** No page number is left, a value would outgrow its record, or the system has no memory for another page. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof SlabFullError || error instanceof ValueTooLargeError || error instanceof RangeError;
}

/** Not an error: the request waits, for EXEC or for the end of a pause. */
export const NO_REPLY = 'NO_REPLY';
