import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { applyDirective, readConfigFile, readConfigText } from '../config/config-file.js';
import { ConfigError, Configuration, initialConfig } from '../config/configuration.js';
import type { ConfigValues } from '../config/directives.js';
import { directiveText, readArguments } from './launch-arguments.js';
import type { Log } from '../log.js';
import { Server } from '../server.js';
import { COMPATIBLE_VERSION, VERSION } from '../version.js';

/** Where a server started from a shell keeps its data, unless told otherwise. */
const DATA_DIRECTORY = './data';

/** The data cannot be loaded, or the directory is in use: says what to do. */
export class StartError extends Error {}

/** The socket could not be opened: says which and why. */
export class ListenError extends Error {}

/**
 * Starts a server as `mredis serve` does: persistent unless told otherwise, configured by a redis.conf and the command
 * line. Throws `ConfigError` for what cannot be accepted, `ListenError` when an address is taken.
 */
export async function launch(
  argv: readonly string[],
  log: Log,
  /** Called when the configuration is known, before data is loaded. */
  onConfigured: (config: ConfigValues) => void = () => undefined,
): Promise<Server> {
  const server = new Server(configure(argv), log);
  const { config } = server;
  onConfigured(config);
  log.info(
    { pid: process.pid, version: VERSION },
    `mredis ${VERSION} (Redis ${COMPATIBLE_VERSION}), PID: ${process.pid}`,
  );
  try {
    await server.persistence.start();
  } catch (error) {
    const { message } = error as Error;
    log.error({ dir: config.dir }, `${message} Exiting.`);
    throw new StartError(message, { cause: error });
  }
  try {
    await server.listen({ tcp: config.port !== 0 });
  } catch (error) {
    const { message } = error as Error;
    log.error(
      { port: config.port, bind: config.bind },
      `Failed listening on port ${config.port} (TCP), aborting: ${message}`,
    );
    throw new ListenError(`Failed listening on port ${config.port}: ${message}`, { cause: error });
  }
  if (config.pidfile !== '') keepPidFile(config.pidfile, log);
  const { addresses } = server.network;
  if (addresses.length === 0) {
    log.error({ port: config.port, bind: config.bind }, 'Configured to not listen anywhere, exiting.');
    await server.close();
    throw new ListenError(
      'configured to not listen anywhere: `bind`, `port` and `unixsocket` name no address',
    );
  }
  log.info(
    { version: VERSION, addresses, pid: process.pid, dir: config.dir, node: process.versions.node },
    `Server initialized: ${addresses.join(', ')}, data in ${config.dir}`,
  );
  log.info({}, 'Ready to accept connections');
  return server;
}

/** The configuration that a command line asks for. */
export function configure(argv: readonly string[]): Configuration {
  const { file, directives } = readArguments(argv);
  const values = initialConfig();
  values.appendonly = true;
  values.save = [
    { seconds: 3600, changes: 1 },
    { seconds: 300, changes: 100 },
    { seconds: 60, changes: 10_000 },
  ];
  const configuration = new Configuration(values);
  if (file === '-') readConfigText(configuration, readFileSync(0, 'latin1'), 'standard input');
  else if (file !== null) readConfigFile(configuration, file);
  for (const words of directives) {
    const reason = applyDirective(configuration, words, 0);
    if (reason !== null) throw new ConfigError(`'${directiveText(words)}': ${reason}`);
  }
  values.dir = resolve(values.dir === '' ? DATA_DIRECTORY : values.dir);
  makeDirectory(values.dir);
  return configuration;
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new ConfigError(`cannot create the data directory ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Writes the file that tells our pid, and removes it when the process ends. */
function keepPidFile(path: string, log: Log): void {
  try {
    writeFileSync(path, `${process.pid}\n`);
    process.once('exit', () => {
      unlinkSync(path);
    });
  } catch (error) {
    log.warn({ path }, `cannot write the pid file: ${(error as Error).message}`);
  }
}
