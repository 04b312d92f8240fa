import type { Session } from '../../clients/session.js';
import type { Command } from '../command.js';
import { type KnownArgument, knownArguments } from '../argument-facts.js';
import { parseSyntax } from '../syntax.js';

/** What COMMAND DOCS tells about a command, its name left out. */
export function replyDocs(session: Session, command: Command): void {
  const { reply } = session;
  const { spec, subcommands } = command;
  const { deprecated, history = [] } = spec;
  const args = knownArguments(command.fullName, parseSyntax(spec.syntax));
  const deferred = reply.beginDeferred();
  let pairs = 0;
  const put = (name: string, value: string): void => {
    reply.text(name);
    reply.text(value);
    pairs++;
  };
  put('summary', spec.summary);
  put('since', spec.since);
  put('group', spec.group);
  put('complexity', spec.complexity);
  if (deprecated !== undefined || spec.internal === true) {
    pairs++;
    reply.text('doc_flags');
    reply.set(1);
    reply.simple(deprecated !== undefined ? 'deprecated' : 'syscmd');
  }
  if (deprecated !== undefined) {
    put('deprecated_since', deprecated.since);
    put('replaced_by', deprecated.replacedBy);
  }
  if (history.length > 0) {
    pairs++;
    reply.text('history');
    reply.set(history.length);
    for (const change of history) reply.texts(change);
  }
  if (args.length > 0) {
    pairs++;
    reply.text('arguments');
    replyArguments(session, args, { next: 0, last: (spec.keys?.length ?? 1) - 1 });
  }
  if (subcommands.size > 0) {
    pairs++;
    reply.text('subcommands');
    reply.map(subcommands.size);
    for (const subcommand of subcommands.values()) {
      reply.text(subcommand.fullName);
      replyDocs(session, subcommand);
    }
  }
  reply.endDeferred(deferred, 'map', pairs);
}

/** Which key spec the next key belongs to: each has its own, as far as there are so many. */
interface KeySpecs {
  next: number;
  readonly last: number;
}

function replyArguments(session: Session, args: readonly KnownArgument[], specs: KeySpecs): void {
  session.reply.array(args.length);
  for (const argument of args) replyArgument(session, argument, specs);
}

function replyArgument(session: Session, argument: KnownArgument, specs: KeySpecs): void {
  const { reply } = session;
  const { token, type, since, deprecatedSince } = argument;
  const keySpec = type === 'key' ? Math.max(0, Math.min(specs.next++, specs.last)) : undefined;
  const keySpecIndex = argument.keySpec ?? keySpec;
  const flags: string[] = [];
  if (argument.optional === true) flags.push('optional');
  if (argument.multiple === true) flags.push('multiple');
  if (argument.multipleToken === true) flags.push('multiple_token');
  reply.map(
    2 +
      (keySpecIndex === undefined ? 0 : 1) +
      (token === undefined ? 0 : 1) +
      (since === undefined ? 0 : 1) +
      (deprecatedSince === undefined ? 0 : 1) +
      (flags.length === 0 ? 0 : 1) +
      (argument.arguments === undefined ? 0 : 1),
  );
  reply.text('name');
  reply.text(argument.name);
  reply.text('type');
  reply.text(type);
  if (keySpecIndex !== undefined) {
    reply.text('key_spec_index');
    reply.integer(keySpecIndex);
  }
  const texts = { token, since, deprecated_since: deprecatedSince };
  for (const [fact, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    reply.text(fact);
    reply.text(text);
  }
  if (flags.length > 0) {
    reply.text('flags');
    reply.set(flags.length);
    for (const flag of flags) reply.simple(flag);
  }
  if (argument.arguments !== undefined) {
    reply.text('arguments');
    replyArguments(session, argument.arguments, specs);
  }
}
