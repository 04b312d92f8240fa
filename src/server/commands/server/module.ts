import { type CommandSpec, Flag } from '../command.js';
import { helpSubcommand } from '../help.js';

const moduleList: CommandSpec = {
  name: 'list',
  group: 'server',
  summary: 'Tells which modules are loaded: none.',
  since: '4.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: Flag.ADMIN | Flag.NOSCRIPT,
  tips: ['nondeterministic_output_order'],
  handler: (session): void => {
    session.reply.array(0);
  },
};

/** No module can be loaded. Tools that look for modules ask for the list, and find none. */
export const module: CommandSpec = {
  name: 'module',
  group: 'server',
  summary: 'Commands about modules.',
  since: '4.0.0',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [moduleList, helpSubcommand('module', 'server', '5.0.0', [moduleList])],
};
