import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import type { ReferencePolicy } from '../../../storage/types/stream-references.js';
import type { TrimOptions } from '../../../storage/types/stream.js';
import type { PropagatedArgument } from '../../execution/propagation.js';
import { integerArgument } from '../../arguments/arguments.js';
import { type Session, SessionFlag } from '../../clients/session.js';
import { idArgument, IdForm, parseId, refuseId } from './id-arguments.js';
import { isReferencePolicy } from './reference-policy.js';
import { stream } from './open-stream.js';

const BOTH = 'ERR syntax error, MAXLEN and MINID options at the same time are not compatible';
const WITHOUT_STRATEGY = 'ERR syntax error, LIMIT cannot be used without specifying a trimming strategy';
const NO_STRATEGY = 'ERR syntax error, XTRIM must be called with a trimming strategy';
const LIMIT_EXACT = 'ERR syntax error, LIMIT cannot be used without the special ~ option';
/** Without LIMIT, about so many blocks are trimmed at once. */
const BLOCKS_AT_ONCE = 100;
const LIMIT_DEFAULT = 10_000;
const LIMIT_MAX = 1_000_000;

const TILDE = 126;
const EQUALS = 61;
const STAR = 42;
/** KEEPREF. Longer ones are ids or wrong. */
const POLICY_BYTES_MAX = 7;

/** The options of XADD and XTRIM. One object serves all commands. */
export class AddOrTrimOptions implements TrimOptions {
  strategy: 'maxlen' | 'minid' = 'maxlen';
  lengthMax = 0;
  readonly idMin = new StreamId();
  approximate = false;
  limit = 0;
  /** Argument that says how far to trim; 0 without trimming. */
  trimAt = 0;
  noMakeStream = false;
  /** What becomes of references to what is trimmed; null where nothing was said, which is `keepref`. */
  policy: ReferencePolicy | null = null;
  /** XADD: the id as given. */
  readonly id = new StreamId();
  idGiven = false;
  sequenceGiven = false;

  /** Reads the options from argument 2 on; where they end (the id in XADD), or 0 after a reply with the error. */
  parse(session: Session, request: Request, adding: boolean): number {
    this.trimAt = 0;
    this.approximate = this.noMakeStream = this.idGiven = this.sequenceGiven = false;
    this.limit = 0;
    this.policy = null;
    let limitGiven = false;
    let at = 2;
    for (; at < request.count; at++) {
      const more = request.count - 1 - at;
      if (adding && isSign(request, at, STAR)) break;
      if (more > 0 && (request.is(at, 'maxlen') || request.is(at, 'minid'))) {
        at = this.parseStrategy(session, request, at);
        if (at === 0) return 0;
      } else if (more > 0 && request.is(at, 'limit')) {
        if (!this.parseLimit(session, request, ++at)) return 0;
        limitGiven = true;
      } else if (adding && request.is(at, 'nomkstream')) this.noMakeStream = true;
      else if (this.parsePolicy(request, at)) continue;
      else if (adding) {
        const form = parseId(request.arg(at), 0, this.id, true);
        if (form === IdForm.INVALID) return fail(() => refuseId(session));
        this.idGiven = true;
        this.sequenceGiven = form === IdForm.WHOLE;
        break;
      } else return fail(() => session.reply.error(errors.SYNTAX));
    }
    return this.check(session, adding, limitGiven) ? at : 0;
  }

  private parseStrategy(session: Session, request: Request, at: number): number {
    if (this.trimAt !== 0) return fail(() => session.reply.error(BOTH));
    this.strategy = request.is(at, 'maxlen') ? 'maxlen' : 'minid';
    let value = at + 1;
    if (request.count - 1 - at >= 2) {
      this.approximate = isSign(request, value, TILDE);
      if (this.approximate || isSign(request, value, EQUALS)) value++;
    }
    if (this.strategy === 'minid') {
      if (!idArgument(session, request, value, this.idMin)) return 0;
    } else {
      const length = integerArgument(session, request, value);
      if (length === null) return 0;
      if (length < 0) return fail(() => session.reply.error('ERR The MAXLEN argument must be >= 0.'));
      this.lengthMax = length;
    }
    this.trimAt = value;
    return value;
  }

  private parsePolicy(request: Request, at: number): boolean {
    const word = request.length(at) <= POLICY_BYTES_MAX ? request.word(at) : '';
    if (this.policy !== null || !isReferencePolicy(word)) return false;
    this.policy = word;
    return true;
  }

  private parseLimit(session: Session, request: Request, at: number): boolean {
    const limit = integerArgument(session, request, at);
    if (limit === null) return false;
    this.limit = limit;
    if (limit < 0) session.reply.error('ERR The LIMIT argument must be >= 0.');
    return limit >= 0;
  }

  private check(session: Session, adding: boolean, limitGiven: boolean): boolean {
    const error = this.contradiction(adding, limitGiven, session);
    if (error !== null) session.reply.error(error);
    return error === null;
  }

  private contradiction(adding: boolean, limitGiven: boolean, session: Session): string | null {
    if (this.limit !== 0 && this.trimAt === 0) return WITHOUT_STRATEGY;
    if (!adding && this.trimAt === 0) return NO_STRATEGY;
    // What comes from a primary or a file says exactly what to remove.
    if (session.has(SessionFlag.LOADER | SessionFlag.PRIMARY)) this.limit = 0;
    else if (limitGiven) return this.approximate ? null : LIMIT_EXACT;
    else if (this.approximate) {
      const limit = BLOCKS_AT_ONCE * session.server.config['stream-node-max-entries'];
      this.limit = limit <= 0 ? LIMIT_DEFAULT : Math.min(limit, LIMIT_MAX);
    }
    return null;
  }

  /** The arguments of a request, as they must be propagated: what `~` left is said exactly. */
  exactArguments(request: Request): PropagatedArgument[] {
    const args: PropagatedArgument[] = [];
    for (let i = 0; i < request.count; i++) args.push(request.arg(i).copy());
    if (this.trimAt !== 0 && this.approximate) {
      args[this.trimAt - 1] = '=';
      args[this.trimAt] = this.threshold;
    }
    return args;
  }

  /** The trim alone, said exactly: MAXLEN or MINID and its threshold. */
  get exactTrim(): PropagatedArgument[] {
    return this.trimAt === 0 ? [] : [this.strategy.toUpperCase(), '=', this.threshold];
  }

  /** Where the trim that was made has ended. */
  private get threshold(): PropagatedArgument {
    if (this.strategy === 'maxlen') return stream.length;
    return (stream.length === 0 ? this.idMin : stream.readFirstId(firstId)).toString();
  }
}

const firstId = new StreamId();

function isSign(request: Request, at: number, sign: number): boolean {
  const arg = request.arg(at);
  return arg.length === 1 && arg.buffer[arg.offset] === sign;
}

function fail(reply: () => void): 0 {
  reply();
  return 0;
}
