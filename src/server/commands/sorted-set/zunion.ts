import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { ScoredMembers } from '../../../storage/types/scored-members.js';
import { doubleArgument, integerArgument, rangedArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key, numkeys } from '../command.js';
import { type Aggregate, AGGREGATES, difference, inOrder, intersection, union } from './aggregate.js';
import { type AggregateSource, readSources } from './aggregate-source.js';
import { storeResult } from './store.js';

type Operation = 'union' | 'inter' | 'diff';

const WEIGHTED = 'numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]';
const UNION_COST =
  'O(N)+O(M*log(M)) with N being the sum of the sizes of the inputs and M the size of the result.';
const INTER_COST =
  'O(N*K)+O(M*log(M)) with N being the size of the smallest input, K the number of inputs and M the size of the result.';
const DIFF_COST =
  'O(L + (N-K)log(N)) with L being the sum of the sizes of the inputs, N the size of the first and K the size of the result.';

const MEMBERS_OF: Readonly<Record<Operation, string>> = {
  union: 'the union of several sorted sets',
  inter: 'what several sorted sets have in common',
  diff: 'what the first of several sorted sets has and no other one',
};

export const zunion = reading('zunion', 'union', '6.2.0', UNION_COST, `${WEIGHTED} [WITHSCORES]`);
export const zinter = reading('zinter', 'inter', '6.2.0', INTER_COST, `${WEIGHTED} [WITHSCORES]`);
export const zdiff = reading('zdiff', 'diff', '6.2.0', DIFF_COST, 'numkeys key [key ...] [WITHSCORES]');
export const zunionstore = storing('zunionstore', 'union', '2.0.0', UNION_COST, WEIGHTED);
export const zinterstore = storing('zinterstore', 'inter', '2.0.0', INTER_COST, WEIGHTED);
export const zdiffstore = storing('zdiffstore', 'diff', '6.2.0', DIFF_COST, 'numkeys key [key ...]');

export const zintercard: CommandSpec = {
  name: 'zintercard',
  group: 'sorted-set',
  summary: 'Counts the members that several sorted sets have in common.',
  since: '7.0.0',
  complexity: 'O(N*K) with N being the size of the smallest input and K the number of inputs.',
  syntax: 'numkeys key [key ...] [LIMIT limit]',
  arity: -3,
  flags: Flag.READONLY | Flag.MOVABLEKEYS | Flag.TIMED,
  keys: [numkeys('RO ACCESS', 1)],
  handler: cardCommand,
};

function reading(
  name: string,
  operation: Operation,
  since: string,
  complexity: string,
  syntax: string,
): CommandSpec {
  return {
    name,
    group: 'sorted-set',
    summary: `Returns ${MEMBERS_OF[operation]}.`,
    since,
    complexity,
    syntax,
    arity: -3,
    flags: Flag.READONLY | Flag.MOVABLEKEYS | Flag.TIMED,
    keys: [numkeys('RO ACCESS', 1)],
    handler: (session, request) => {
      const inputs = readInputs(session, request, 1, name);
      if (inputs === null || !readOptions(session, request, inputs, operation, true)) return;
      replyResult(session, resultOf(operation, inputs), inputs.withScores);
    },
  };
}

function storing(
  name: string,
  operation: Operation,
  since: string,
  complexity: string,
  syntax: string,
): CommandSpec {
  return {
    name,
    group: 'sorted-set',
    summary: `Stores ${MEMBERS_OF[operation]}.`,
    since,
    complexity,
    syntax: `destination ${syntax}`,
    arity: -4,
    flags: Flag.WRITE | Flag.DENYOOM | Flag.MOVABLEKEYS | Flag.TIMED,
    keys: [key('OW UPDATE'), numkeys('RO ACCESS', 2)],
    handler: (session, request) => {
      const inputs = readInputs(session, request, 2, name);
      if (inputs === null || !readOptions(session, request, inputs, operation, false)) return;
      storeResult(session, request.arg(1), resultOf(operation, inputs), name);
    },
  };
}

interface Inputs {
  readonly sources: AggregateSource[];
  /** The first argument behind the keys. */
  readonly optionsAt: number;
  aggregate: Aggregate;
  withScores: boolean;
}

const LIMIT_NEGATIVE = "ERR LIMIT can't be negative";
const WEIGHT_NOT_FLOAT = 'ERR weight value is not a float';

/** Reads `numkeys key [key ...]` from argument `at`; null after the error reply. */
function readInputs(session: Session, request: Request, at: number, command: string): Inputs | null {
  const count = integerArgument(session, request, at);
  if (count === null) return null;
  if (count < 1) {
    session.reply.error(`ERR at least 1 input key is needed for '${command}' command`);
    return null;
  }
  if (count > request.count - at - 1) {
    session.reply.error(errors.SYNTAX);
    return null;
  }
  const sources = readSources(session, request, at + 1, count);
  if (sources === null) return null;
  return { sources, optionsAt: at + 1 + count, aggregate: 'sum', withScores: false };
}

/** Reads WEIGHTS, AGGREGATE and WITHSCORES; false after the error reply. */
function readOptions(
  session: Session,
  request: Request,
  inputs: Inputs,
  operation: Operation,
  allowScores: boolean,
): boolean {
  const { sources } = inputs;
  for (let i = inputs.optionsAt; i < request.count;) {
    const left = request.count - i;
    if (operation !== 'diff' && left > sources.length && request.is(i, 'weights')) {
      if (!readWeights(session, request, i + 1, sources)) return false;
      i += 1 + sources.length;
    } else if (operation !== 'diff' && left >= 2 && request.is(i, 'aggregate')) {
      const aggregate = AGGREGATES.find((name) => request.is(i + 1, name));
      if (aggregate === undefined) return refuse(session);
      inputs.aggregate = aggregate;
      i += 2;
    } else if (allowScores && request.is(i, 'withscores')) {
      inputs.withScores = true;
      i++;
    } else return refuse(session);
  }
  return true;
}

function readWeights(
  session: Session,
  request: Request,
  at: number,
  sources: readonly AggregateSource[],
): boolean {
  for (const [i, source] of sources.entries()) {
    const weight = doubleArgument(session, request, at + i, WEIGHT_NOT_FLOAT);
    if (weight === null) return false;
    source.weight = weight;
  }
  return true;
}

function refuse(session: Session): false {
  session.reply.error(errors.SYNTAX);
  return false;
}

function cardCommand(session: Session, request: Request): void {
  const inputs = readInputs(session, request, 1, 'zintercard');
  if (inputs === null) return;
  let limit = 0;
  for (let i = inputs.optionsAt; i < request.count; i += 2) {
    if (i + 1 >= request.count || !request.is(i, 'limit')) return session.reply.error(errors.SYNTAX);
    const given = rangedArgument(session, request, i + 1, 0, Infinity, LIMIT_NEGATIVE);
    if (given === null) return;
    limit = given;
  }
  session.reply.integer(intersection(inputs.sources, 'sum', limit).size);
}

function resultOf(operation: Operation, { sources, aggregate }: Inputs): ScoredMembers {
  switch (operation) {
    case 'union':
      return union(sources, aggregate);
    case 'inter':
      return intersection(sources, aggregate);
    case 'diff':
      return difference(sources);
  }
}

const view = new Bytes(new Uint8Array(0));

function replyResult(session: Session, result: ScoredMembers, withScores: boolean): void {
  const { reply } = session;
  const pairs = withScores && reply.resp3;
  reply.array(withScores && !pairs ? 2 * result.size : result.size);
  for (const index of inOrder(result)) {
    if (pairs) reply.array(2);
    reply.bulk(result.member(index, view));
    if (withScores) reply.double(result.score(index));
  }
}
