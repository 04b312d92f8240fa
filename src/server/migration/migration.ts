import { Bytes } from '../../bytes/bytes.js';
import * as errors from '../../protocol/errors.js';
import type { Database } from '../../storage/database.js';
import { encodeRequest } from '../arguments/request-bytes.js';
import { dumpOf } from '../persistence/value-dump.js';
import type { Server } from '../server.js';
import { type Target, TargetError } from './target.js';
import type { TargetPool } from './target-pool.js';

/** Values are sent, and their replies awaited, in parts of about this size: so much is in memory twice. */
const PART_BYTES = 256 * 1024;

/** What a MIGRATE asks for. */
export interface MigrationOrder {
  readonly host: string;
  readonly port: number;
  readonly source: Database;
  /** Number of the target's database, in decimal. */
  readonly database: string;
  /** How long nothing may happen. */
  readonly timeoutMs: number;
  readonly copy: boolean;
  readonly replace: boolean;
  /** Arguments for AUTH: none, a password, or a user and a password. */
  readonly credentials: readonly string[];
  /** Keys that exist; bytes of their own. */
  readonly keys: readonly Bytes[];
}

/** Sends keys to another server. Changes nothing here. */
export class Migration {
  /** Keys that the target has acknowledged. */
  readonly moved: Bytes[] = [];
  /** What to reply, or null when all went well. */
  error: string | null = null;
  private answered = 0;

  constructor(
    private readonly server: Server,
    private readonly pool: TargetPool,
    private readonly order: MigrationOrder,
  ) {}

  /** Resolves when the target has answered everything, or nothing more can be expected of it. */
  async run(): Promise<void> {
    // A connection kept from an earlier MIGRATE may be dead: what has had no answer at all is tried once more.
    for (let mayRetry = true; ; mayRetry = false) {
      try {
        await this.attempt();
        return;
      } catch (error) {
        if (error instanceof RangeError) this.error = errors.OOM;
        else if (!(error instanceof TargetError)) throw error;
        else if (error.during === 'connecting')
          this.error = 'IOERR error or timeout connecting to the client';
        else if (mayRetry && !error.timedOut && this.answered === 0 && !this.server.closed) continue;
        else this.error ??= `IOERR error or timeout ${error.during} to target instance`;
        return;
      }
    }
  }

  private async attempt(): Promise<void> {
    const { host, port, timeoutMs } = this.order;
    const target = await this.pool.take(host, port, timeoutMs);
    try {
      if (await this.enter(target)) await this.sendKeys(target);
      if (this.error !== null) target.database = null;
    } finally {
      this.pool.give(host, port, target, this.server.nowMs);
    }
  }

  /** AUTH and SELECT. False when the target refuses: no value is sent then. */
  private async enter(target: Target): Promise<boolean> {
    const { credentials, database } = this.order;
    const requests: Buffer[] = [];
    if (credentials.length > 0) requests.push(encodeRequest(['AUTH', ...credentials]));
    if (target.database !== database) requests.push(encodeRequest(['SELECT', database]));
    if (requests.length > 0) target.send(Buffer.concat(requests), requests.length);
    for (let left = requests.length; left > 0; left--) this.refused(await target.reply());
    if (this.error === null) target.database = database;
    return this.error === null;
  }

  private async sendKeys(target: Target): Promise<void> {
    const { keys } = this.order;
    for (let at = 0; at < keys.length;) {
      const parts: Buffer[] = [];
      const sent: Bytes[] = [];
      for (let bytes = 0; at < keys.length && bytes < PART_BYTES; at++) {
        const request = this.restore(keys[at]!);
        if (request === null) continue;
        bytes += request.length;
        parts.push(request);
        sent.push(keys[at]!);
      }
      if (sent.length > 0) target.send(Buffer.concat(parts), sent.length);
      for (const key of sent) {
        const refused = this.refused(await target.reply());
        this.answered++;
        if (!refused) this.moved.push(key);
      }
    }
  }

  /** The request that creates the key there, or null when it has expired since. */
  private restore(key: Bytes): Buffer | null {
    const { source, replace } = this.order;
    this.server.refreshTime();
    const { nowMs } = this.server;
    const ref = source.findLive(key, nowMs);
    if (ref === 0) return null;
    const expireAtMs = source.expireAtMs(ref);
    const ttlMs = expireAtMs < 0 ? 0 : Math.max(1, expireAtMs - nowMs);
    const payload = new Bytes(dumpOf(source, ref));
    return encodeRequest(['RESTORE', key, ttlMs, payload, ...(replace ? ['REPLACE'] : [])]);
  }

  /** Keeps the first error of the target. */
  private refused(error: string | null): boolean {
    if (error !== null) this.error ??= `ERR Target instance replied with error: ${error}`;
    return error !== null;
  }
}
