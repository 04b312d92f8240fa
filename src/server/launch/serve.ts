import { BufferedLog, openLog } from './log-output.js';
import { ConfigError } from '../config/configuration.js';
import { tuneEngine } from './optimizer.js';
import { launch, ListenError, StartError } from './launch.js';
import type { Server } from '../server.js';

/** A start that is not done by then opens the log at once: the first progress line comes after a second. */
const LONG_START_MS = 500;

/**
 * Runs a server until a signal or SHUTDOWN ends it; the process then exits with 0, or with 1 when it could not start.
 */
export async function serve(argv: readonly string[]): Promise<void> {
  tuneEngine();
  const log = new BufferedLog();
  const opening: { done?: Promise<void>; timer?: NodeJS.Timeout } = {};
  try {
    const server = await launch(argv, log, (config) => {
      // A load that takes long is followed in the log.
      opening.timer = setTimeout(() => {
        opening.done = openLog(log, config);
      }, LONG_START_MS);
    });
    clearTimeout(opening.timer);
    await (opening.done ?? openLog(log, server.config));
    const end = (): void => {
      void server.close().then(() => {
        log.info({}, 'mredis is now ready to exit, bye bye');
        log.flush();
        process.exit(0);
      });
    };
    server.onShutdown = end;
    endAtSignals(server, log, end);
  } catch (error) {
    clearTimeout(opening.timer);
    const atStart = error instanceof ListenError || error instanceof StartError;
    if (!(error instanceof ConfigError || atStart)) throw error;
    if (atStart) await (opening.done ?? openLog(log, { loglevel: 'notice', logfile: '' }));
    log.flush();
    process.stderr.write(`mredis: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** Ends the server at a signal, as `shutdown-on-sigint` and `shutdown-on-sigterm` say. */
function endAtSignals(server: Server, log: BufferedLog, end: () => void): void {
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (ending) {
        if (signal === 'SIGTERM') return;
        log.warn({ signal }, 'Told twice to end: exiting now');
        log.flush();
        process.exit(1);
      }
      log.info({ signal }, `Received ${signal}, shutting down`);
      const words = server.config[signal === 'SIGINT' ? 'shutdown-on-sigint' : 'shutdown-on-sigterm'];
      const save = words.includes('save') ? true : words.includes('nosave') ? false : null;
      if (!server.persistence.saves.saveAtEnd(save) && !words.includes('force')) {
        // Redis's words, for those who look for them. What is only in memory would be lost.
        return log.warn({ signal }, "Error trying to save the DB, can't exit");
      }
      ending = true;
      end();
    });
  }
}
