import { afterEach, beforeEach } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection } from '../compat/targets.js';

/** A new server with one client of it for each test in a file; both end with the test. */
export class ServedClient {
  server!: Server;
  client!: RawConnection;

  /** To be made where the file is read, not in a test. */
  constructor() {
    beforeEach(async () => {
      this.server = new Server({ port: 0 });
      await this.server.listen();
      this.client = await RawConnection.open(this.server.port);
    });
    afterEach(async () => {
      this.client.close();
      await this.server.close();
    });
  }
}
