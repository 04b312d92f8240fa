import type { Redis } from 'ioredis';
import type { Server } from '../../src/server/server.js';
import { until } from '../compat/targets.js';
import { exercise } from './altered-value.js';

const NAMES = ['altered', 'copied', 'kept'];

/** An index of a few keys has another size when some have come and gone. */
export const INDEX_BYTES = 512;

/** No reply to RESTORE takes longer, whatever the bytes ask for. */
const STALL_MS = 5000;

/** Restores payloads after altering some of their bytes. The server must not look at checksums. */
export class AlteredDumps {
  accepted = 0;
  refused = 0;

  constructor(
    private readonly server: Server,
    private readonly client: Redis,
  ) {}

  /** Bytes that are in use while there is no key: an index that has had some. */
  async emptyBytes(): Promise<number> {
    const { client } = this;
    for (const name of NAMES) await client.set(name, 'x');
    await client.del(...NAMES);
    return this.server.keyspace.slab.liveBytes;
  }

  /** Throws at the first payload that leads to a value which contradicts itself, or to memory that does not return. */
  async run(name: string, payload: Buffer, rounds: number, random: () => number): Promise<void> {
    const { client } = this;
    await client.flushall('SYNC');
    const emptyBytes = await this.emptyBytes();
    for (let round = 0; round < rounds; round++) {
      const altered = alter(payload, random);
      try {
        await this.restore(altered);
      } catch (error) {
        throw new Error(`${name}, altered to ${altered.toString('hex')}`, { cause: error });
      }
      await client.unlink(...NAMES);
    }
    // Large values leave in slices.
    await until(() => Promise.resolve(this.server.keyspace.slab.liveBytes <= emptyBytes + INDEX_BYTES));
  }

  private async restore(altered: Buffer): Promise<void> {
    const { client } = this;
    const beganMs = performance.now();
    const error = await client.restore('altered', 0, altered, 'REPLACE').then(
      () => null,
      (reason: unknown) => String(reason),
    );
    if (performance.now() - beganMs > STALL_MS) throw new Error('it took too long');
    if (error === null) {
      this.accepted++;
      return exercise(client, 'altered');
    }
    this.refused++;
    if (!error.includes('ERR Bad data format') && !error.includes('DUMP payload version'))
      throw new Error(error);
    if ((await client.dbsize()) !== 0) throw new Error('a refused value left a key');
  }
}

/** One to three bytes are others, or some are missing, or some come twice. The footer stays. */
function alter(payload: Buffer, random: () => number): Buffer {
  const body = payload.subarray(0, -10);
  const at = (): number => Math.floor(random() * body.length);
  const how = random();
  let changed = Buffer.from(body);
  if (how < 0.85) {
    for (let i = 1 + Math.floor(random() * 3); i > 0; i--) {
      changed[at()] =
        random() < 0.5 ? SPECIAL[Math.floor(random() * SPECIAL.length)]! : Math.floor(random() * 256);
    }
  } else {
    const [from, to] = [at(), at()];
    changed = Buffer.concat([body.subarray(0, from), body.subarray(to)]);
  }
  return Buffer.concat([changed, payload.subarray(-10)]);
}

/** Lengths, marks and flags of the formats. */
const SPECIAL = [0, 1, 2, 3, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xf0, 0xf4, 0xfe, 0xff];
