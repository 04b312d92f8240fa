import { COMPATIBLE_VERSION, VERSION } from '../../version.js';
import { type CommandSpec, Flag } from '../command.js';

const COLUMNS = 60;
const ROWS = 8;
const SHADES = ' .:-=+*#%@';

export const lolwut: CommandSpec = {
  name: 'lolwut',
  group: 'server',
  summary: 'Draws a picture and tells the version.',
  since: '5.0.0',
  complexity: 'O(1)',
  syntax: '[VERSION version]',
  arity: -1,
  flags: Flag.READONLY | Flag.FAST,
  handler: (session): void => {
    const { random } = session.server.keyspace.options;
    session.reply.verbatim(
      'txt',
      `${waves(random)}\nRedis ver. ${COMPATIBLE_VERSION}, as mredis ${VERSION} has it\n`,
    );
  },
};

/** Two waves of random length and phase, laid over each other. */
function waves(random: () => number): string {
  const [a, b, phase] = [4 + 8 * random(), 3 + 6 * random(), 6.28 * random()];
  const lines: string[] = [];
  for (let y = 0; y < ROWS; y++) {
    let line = '';
    for (let x = 0; x < COLUMNS; x++) {
      const height = (Math.sin(x / a + phase) + Math.cos((x + 4 * y) / b) + 2) / 4;
      line += SHADES.charAt(Math.min(SHADES.length - 1, Math.floor(height * SHADES.length)));
    }
    lines.push(line.trimEnd());
  }
  return lines.join('\n');
}
