import { BufferedLog, openLog } from './log-output.js';
import { ConfigError } from '../config/configuration.js';
import { inlineMore } from './optimizer.js';
import { launch, ListenError, StartError } from './launch.js';

/**
 * Runs a server until a signal or SHUTDOWN ends it; the process then exits with 0, or with 1 when it could not start.
 */
export async function serve(argv: readonly string[]): Promise<void> {
  inlineMore();
  const log = new BufferedLog();
  const starting = launch(argv, log);
  try {
    const server = await starting;
    await openLog(log, server.config);
    const end = (): void => {
      void server.close().then(() => {
        log.info({}, 'mredis is now ready to exit, bye bye');
        log.flush();
        process.exit(0);
      });
    };
    server.onShutdown = end;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        log.info({ signal }, `Received ${signal}, shutting down`);
        server.persistence.saveAtEnd(null);
        end();
      });
    }
  } catch (error) {
    const atStart = error instanceof ListenError || error instanceof StartError;
    if (!(error instanceof ConfigError || atStart)) throw error;
    if (atStart) await openLog(log, { loglevel: 'notice', logfile: '' });
    log.flush();
    process.stderr.write(`mredis: ${error.message}\n`);
    process.exitCode = 1;
  }
}
