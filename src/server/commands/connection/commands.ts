import type { CommandSpec } from '../command.js';
import { auth } from './auth.js';
import { client } from './client.js';
import { echo } from './echo.js';
import { hello } from './hello.js';
import { ping } from './ping.js';
import { quit, reset } from './quit.js';
import { select } from './select.js';

export const CONNECTION_COMMANDS: readonly CommandSpec[] = [
  auth,
  client,
  echo,
  hello,
  ping,
  quit,
  reset,
  select,
];
