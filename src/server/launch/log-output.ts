import type { DestinationStream, Logger } from 'pino';
import type { ConfigValues } from '../config/directives.js';
import { type Log, logLevel } from '../log.js';

type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * A log that keeps its lines until there is somewhere to write them. Loading pino takes 35 ms, which clients need not
 * wait for: the server listens first.
 */
export class BufferedLog implements Log {
  private readonly lines: { level: Level; fields: object; message: string; time: number }[] = [];
  private logger: Logger | null = null;
  private wanted = 'info';

  debug(fields: object, message: string): void {
    this.write('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.write('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.write('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.write('error', fields, message);
  }

  get level(): string {
    return this.wanted;
  }

  set level(level: string) {
    this.wanted = level;
    if (this.logger !== null) this.logger.level = level;
  }

  /** Writes what was kept, and from now on everything, to `logger`. */
  attach(logger: Logger): void {
    this.logger = logger;
    logger.level = this.wanted;
    for (const { level, fields, message } of this.lines) logger[level](fields, message);
    this.lines.length = 0;
  }

  flush(): void {
    this.logger?.flush();
  }

  private write(level: Level, fields: object, message: string): void {
    if (this.logger !== null) this.logger[level](fields, message);
    else this.lines.push({ level, fields, message, time: Date.now() });
  }
}

/** Opens what `logfile` says: readable lines on a terminal, JSON elsewhere. */
export async function openLog(
  log: BufferedLog,
  config: Pick<ConfigValues, 'loglevel' | 'logfile'>,
): Promise<void> {
  const { default: pino } = await import('pino');
  log.attach(pino({ level: logLevel(config.loglevel), base: null }, await destination(pino, config.logfile)));
}

async function destination(
  pino: (typeof import('pino'))['default'],
  logfile: string,
): Promise<DestinationStream> {
  if (logfile !== '') return pino.destination({ dest: logfile, append: true, sync: true });
  if (!process.stdout.isTTY) return pino.destination({ dest: 1, sync: true });
  const { default: pretty } = await import('pino-pretty');
  return pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname', sync: true });
}
