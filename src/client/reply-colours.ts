import { chalk } from './colour.js';
import type { ReplyPaint } from './reply-format.js';

/** The colours of replies on a terminal; chalk leaves them out where NO_COLOR or the terminal says so. */
export const REPLY_COLOURS: ReplyPaint = {
  string: (text) => chalk.green(text),
  number: (text) => chalk.yellow(text),
  nil: (text) => chalk.dim(text),
  error: (text) => chalk.red(text),
  index: (text) => chalk.dim(text),
};
