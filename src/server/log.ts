/** Where a server says what it does: fields first, then a sentence. `pino` loggers are of this kind. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Least level that is written; set from `loglevel`. */
  level: string;
}

export const silentLog: Log = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  level: 'silent',
};

/** The logger's level for a value of the directive `loglevel`. */
export function logLevel(loglevel: 'debug' | 'verbose' | 'notice' | 'warning' | 'nothing'): string {
  return LEVELS[loglevel];
}

const LEVELS = {
  debug: 'trace',
  verbose: 'debug',
  notice: 'info',
  warning: 'warn',
  nothing: 'silent',
} as const;

function ignore(): void {
  // Nobody listens.
}
