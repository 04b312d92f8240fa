import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = 'mredis.lock';
/** Longest path of a Unix socket that every system takes. */
const SOCKET_PATH_BYTES_MAX = 100;
const TRIES = 5;

/** Another server uses the directory. */
export class DirectoryInUseError extends Error {}

/**
 * Keeps a second server out of a data directory, for as long as this process lives: a listening socket inside the
 * directory (a named pipe on Windows). The system closes it however the process ends, so that nothing stale can keep a
 * restarted server out, and it answers even while the process is busy.
 */
export class DirectoryLock {
  private constructor(
    private readonly server: Server,
    private readonly path: string,
    private readonly shortened: Shortened,
  ) {}

  /**
   * Takes the lock of `directory`. Throws a `DirectoryInUseError` when another process has it, and another error where
   * the file system has no sockets: the caller decides whether to go on without.
   */
  static async take(directory: string): Promise<DirectoryLock> {
    const shortened = shorten(realpathSync(directory));
    try {
      for (let attempt = 1; ; attempt++) {
        const server = await listen(shortened.socket);
        if (server !== null) return new DirectoryLock(server, join(directory, NAME), shortened);
        if (await answers(shortened.socket)) throw new DirectoryInUseError(inUse(directory));
        if (attempt === TRIES)
          throw new Error(`cannot take the lock ${join(directory, NAME)}: others keep taking it`);
        await removeStale(shortened.socket, directory);
      }
    } catch (error) {
      shortened.dispose();
      throw error;
    }
  }

  /** Gives the directory free. */
  async release(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    if (process.platform !== 'win32') rmSync(this.path, { force: true });
    this.shortened.dispose();
  }
}

function inUse(directory: string): string {
  return `another server uses the directory ${directory}: stop it first, or give this one a directory of its own (--dir)`;
}

interface Shortened {
  socket: string;
  dispose(): void;
}

/** A path of the lock's socket that is short enough for the system. */
function shorten(directory: string): Shortened {
  if (process.platform === 'win32') {
    const digest = createHash('sha256').update(directory.toLowerCase()).digest('hex').slice(0, 32);
    return { socket: `\\\\.\\pipe\\mredis-${digest}`, dispose: () => undefined };
  }
  const socket = join(directory, NAME);
  if (Buffer.byteLength(socket) <= SOCKET_PATH_BYTES_MAX) return { socket, dispose: () => undefined };
  const place = mkdtempSync(join(tmpdir(), 'mredis-'));
  symlinkSync(directory, join(place, 'd'));
  return { socket: join(place, 'd', NAME), dispose: () => rmSync(place, { recursive: true, force: true }) };
}

/** Listens at `socket`, without keeping the process alive; null when the name is taken. */
function listen(socket: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(socket, () => resolve(server.unref()));
  });
}

/** True when a living process listens at `socket`. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}

/** Moves a socket nobody listens at out of the way; unless, in the meantime, somebody does: then it is put back. */
async function removeStale(socket: string, directory: string): Promise<void> {
  const aside = `${socket}.${randomUUID().slice(0, 8)}`;
  try {
    renameSync(socket, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  if (await answers(aside)) {
    renameSync(aside, socket);
    throw new DirectoryInUseError(inUse(directory));
  }
  rmSync(aside, { force: true });
}
