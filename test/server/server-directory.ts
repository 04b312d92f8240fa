import { afterEach, beforeEach } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigValues } from '../../src/server/config/directives.js';
import { Server } from '../../src/server/server.js';
import { RawConnection } from '../compat/targets.js';

/** A new directory for the servers of each test in a file; they end with the test, and it goes. */
export class ServerDirectory {
  path = '';
  private servers: Server[] = [];

  /** To be made where the file is read, not in a test. */
  constructor(
    prefix: string,
    private readonly defaults: Partial<ConfigValues> = {},
  ) {
    beforeEach(() => {
      this.path = mkdtempSync(join(tmpdir(), prefix));
      this.servers = [];
    });
    afterEach(async () => {
      await Promise.all(this.servers.map((server) => server.close()));
      rmSync(this.path, { recursive: true, force: true });
    });
  }

  /** A server that does not listen yet. */
  create(options: Partial<ConfigValues> = {}): Server {
    const server = new Server({
      port: 0,
      dir: this.path,
      'enable-debug-command': 'yes',
      ...this.defaults,
      ...options,
    });
    this.servers.push(server);
    return server;
  }

  async start(options: Partial<ConfigValues> = {}): Promise<Server> {
    const server = this.create(options);
    await server.listen();
    return server;
  }
}

/** Runs commands over one connection, their arguments parted by spaces; the replies. */
export async function run(server: Server, ...lines: readonly string[]): Promise<string[]> {
  const connection = await RawConnection.open(server.port);
  const replies: string[] = [];
  for (const line of lines) replies.push(await connection.call(...line.split(' ')));
  connection.close();
  return replies;
}
