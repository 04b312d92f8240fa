import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type Command, type CommandSpec, Flag } from '../command.js';
import { helpSubcommand } from '../help.js';
import { graphText } from './latency-graph.js';
import { latencyReport } from './latency-report.js';

const FLAGS = Flag.ADMIN | Flag.NOSCRIPT | Flag.LOADING | Flag.STALE;
const TIPS = ['nondeterministic_output', 'request_policy:all_nodes', 'response_policy:special'];

function subcommand(
  name: string,
  summary: string,
  syntax: string,
  arity: number,
  complexity: string,
  handler: (session: Session, request: Request) => void,
): CommandSpec {
  const since = name === 'histogram' ? '7.0.0' : '2.8.13';
  return {
    name,
    group: 'server',
    summary,
    since,
    complexity,
    syntax,
    arity,
    flags: FLAGS,
    tips: TIPS,
    handler,
  };
}

const latencyDoctor = subcommand(
  'doctor',
  'Says in words what was slow and why that may be.',
  '',
  2,
  'O(1)',
  (session) => {
    session.reply.verbatim('txt', latencyReport(session.server));
  },
);

const latencyGraph = subcommand('graph', 'Draws the samples of an event.', 'event', 3, 'O(1)', graphCommand);

const latencyHistogram = subcommand(
  'histogram',
  'Tells how the times of commands are distributed.',
  '[command [command ...]]',
  -2,
  'O(N) where N is the number of commands with latency information being retrieved.',
  histogramCommand,
);

const latencyHistory = subcommand(
  'history',
  'Tells the samples of an event.',
  'event',
  3,
  'O(1)',
  (session, request) => {
    const samples = session.server.latency.history(request.string(2));
    session.reply.array(samples.length);
    for (const { timeSeconds, latencyMs } of samples) {
      session.reply.array(2);
      session.reply.integer(timeSeconds);
      session.reply.integer(latencyMs);
    }
  },
);

const latencyLatest = subcommand(
  'latest',
  'Tells the newest sample of every event, and its maximum.',
  '',
  2,
  'O(1)',
  (session) => {
    const { reply, server } = session;
    const events = server.latency.latest();
    reply.array(events.length);
    for (const { event, last, maxMs } of events) {
      reply.array(4);
      reply.text(event);
      reply.integer(last.timeSeconds);
      reply.integer(last.latencyMs);
      reply.integer(maxMs);
    }
  },
);

const latencyReset: CommandSpec = {
  ...subcommand(
    'reset',
    'Forgets the samples of some events, or of all.',
    '[event [event ...]]',
    -2,
    'O(1)',
    (session, request) => {
      session.reply.integer(session.server.latency.reset(request.strings(2)));
    },
  ),
  tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
};

const SUBCOMMANDS = [
  latencyDoctor,
  latencyGraph,
  latencyHistogram,
  latencyHistory,
  latencyLatest,
  latencyReset,
];

export const latency: CommandSpec = {
  name: 'latency',
  group: 'server',
  summary: 'Commands about times that were too long.',
  since: '2.8.13',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [...SUBCOMMANDS, helpSubcommand('latency', 'server', '2.8.13', SUBCOMMANDS)],
};

function graphCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  const event = request.string(2);
  const samples = server.latency.history(event);
  if (samples.length === 0) return reply.error(`ERR No samples available for event '${event}'`);
  const all = samples.map((sample) => sample.latencyMs);
  const max = Math.max(...all);
  const min = Math.min(...all);
  const header = `${event} - high ${max} ms, low ${min} ms (all time high ${server.latency.maxMs(event)} ms)`;
  reply.verbatim(
    'txt',
    `${header}\n${'-'.repeat(80)}\n${graphText(samples, Math.floor(server.nowMs / 1000))}`,
  );
}

function histogramCommand(session: Session, request: Request): void {
  const commands = request.count === 2 ? [...session.server.commands.everything()] : named(session, request);
  const shown = commands.filter((command) => command.latency !== null);
  session.reply.map(shown.length);
  for (const command of shown) replyHistogram(session, command);
}

/** The commands that the arguments name; a container stands for its subcommands. */
function named(session: Session, request: Request): Command[] {
  const found: Command[] = [];
  for (let i = 2; i < request.count; i++) {
    const command = session.server.commands.get(request.word(i));
    if (command === undefined) continue;
    if (command.subcommands.size > 0) found.push(...command.subcommands.values());
    else found.push(command);
  }
  return found;
}

function replyHistogram(session: Session, command: Command): void {
  const { reply } = session;
  const powers = command.latency!.powers();
  reply.text(command.fullName);
  reply.map(2);
  reply.text('calls');
  reply.integer(command.latency!.total);
  reply.text('histogram_usec');
  reply.map(powers.length);
  for (const [microseconds, calls] of powers) {
    reply.integer(microseconds);
    reply.integer(calls);
  }
}
