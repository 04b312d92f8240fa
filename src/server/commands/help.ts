import type { Session } from '../clients/session.js';
import { type CommandSpec, Flag, type Group } from './command.js';

/** The HELP subcommand of a container: usage lines made from the declarations of its other subcommands. */
export function helpSubcommand(
  container: string,
  group: Group,
  since: string,
  subcommands: readonly CommandSpec[],
  flags: number = Flag.LOADING | Flag.STALE,
  /** What the container does by itself, if it may stand alone. */
  alone?: string,
): CommandSpec {
  const lines = helpLines(container, subcommands, alone);
  return {
    name: 'help',
    group,
    summary: 'Tells how the subcommands are used.',
    since,
    complexity: 'O(1)',
    syntax: '',
    arity: 2,
    flags,
    handler: (session: Session): void => replyLines(session, lines),
  };
}

/** Usage of a container in the layout that clients know from Redis. */
export function helpLines(
  container: string,
  subcommands: readonly Pick<CommandSpec, 'name' | 'syntax' | 'summary'>[],
  alone?: string,
): string[] {
  const lines = [`${container.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  if (alone !== undefined) lines.push('(no subcommand)', `    ${alone}`);
  for (const { name, syntax, summary } of subcommands) {
    lines.push(`${name.toUpperCase()} ${syntax}`.trimEnd(), `    ${summary}`);
  }
  return [...lines, 'HELP', '    Prints this help.'];
}

/** An array of simple strings, as Redis sends help. */
export function replyLines(session: Session, lines: readonly string[]): void {
  session.reply.array(lines.length);
  for (const line of lines) session.reply.simple(line);
}
