import type { CommandSpec } from '../command.js';
import { command } from './command.js';
import { config } from './config.js';
import { debug } from './debug.js';
import { info } from './info.js';
import { latency } from './latency.js';
import { lolwut } from './lolwut.js';
import { memory } from './memory.js';
import { module } from './module.js';
import { monitor } from './monitor.js';
import { role } from './role.js';
import { bgrewriteaof, bgsave, lastsave, save } from './save.js';
import { shutdown } from './shutdown.js';
import { slowlog } from './slowlog.js';
import { time } from './time.js';

export const SERVER_COMMANDS: readonly CommandSpec[] = [
  bgrewriteaof,
  bgsave,
  command,
  config,
  debug,
  info,
  lastsave,
  latency,
  lolwut,
  memory,
  module,
  monitor,
  role,
  save,
  shutdown,
  slowlog,
  time,
];
