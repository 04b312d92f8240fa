import { parseCommandLine } from '../command-line.js';

/** A command may go over so many lines inside of quotes. */
const LINES_PER_COMMAND_MAX = 100;

/** The commands of a text of several lines: one a line, but a newline inside of quotes belongs to its argument. */
export function commandLines(text: string): string[] {
  const lines = text.split('\n');
  const commands: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const length = commandLength(lines, at);
    commands.push(lines.slice(at, at + length).join('\n'));
    at += length - 1;
  }
  return commands.filter((command) => command.trim() !== '');
}

/** How many lines from `at` on make one command; a quote that never closes takes its own line only. */
function commandLength(lines: readonly string[], at: number): number {
  for (let length = 1; length <= LINES_PER_COMMAND_MAX && at + length <= lines.length; length++) {
    const { badQuoteAt } = parseCommandLine(lines.slice(at, at + length).join('\n'));
    if (badQuoteAt < 0) return length;
  }
  return 1;
}
