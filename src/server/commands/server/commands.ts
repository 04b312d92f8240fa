import type { CommandSpec } from '../command.js';
import { config } from './config.js';
import { debug } from './debug.js';
import { info } from './info.js';
import { bgrewriteaof, bgsave, lastsave, save } from './save.js';

export const SERVER_COMMANDS: readonly CommandSpec[] = [
  bgrewriteaof,
  bgsave,
  config,
  debug,
  info,
  lastsave,
  save,
];
