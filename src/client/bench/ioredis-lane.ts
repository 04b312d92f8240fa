import { Redis } from 'ioredis';
import type { DrawKey } from './key-distribution.js';
import { Batch, type Lane, type LaneOwner } from './lane.js';
import { addressText, type LoadPlan } from './load-plan.js';
import { ReplyKind } from './reply-counter.js';
import { renderArguments, type Operation, type TemplateChooser } from './request-template.js';
import { connectFailure } from './resp-lane.js';

/** An ioredis client as an application has it: arguments in, decoded values out, promises between. */
export class IoredisLane implements Lane {
  readonly batch: Batch;
  private client: Redis | undefined;
  /** Guards against replies of a connection that is gone. */
  private generation = 0;
  private left = 0;
  private readonly values = new Map<number, string>();

  constructor(
    private readonly plan: LoadPlan,
    private readonly chooser: TemplateChooser,
    private readonly drawKey: DrawKey,
    private readonly owner: LaneOwner,
  ) {
    this.batch = new Batch(plan.pipeline);
  }

  async connect(): Promise<void> {
    const { host, port, path, username, password, db = 0 } = this.plan.address;
    this.destroy();
    const client = new Redis({
      ...(path === undefined ? { host, port } : { path }),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      db,
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    this.client = client;
    let failure: NodeJS.ErrnoException | undefined;
    client.on('error', (error: NodeJS.ErrnoException) => (failure ??= error));
    try {
      await client.connect();
    } catch (error) {
      this.destroy();
      const reason = failure === undefined ? String(error) : connectFailure(failure);
      throw new Error(`Could not connect to Redis at ${addressText(this.plan.address)}: ${reason}`, {
        cause: error,
      });
    }
    client.on('end', () => {
      if (this.client === client) this.lose('Server closed the connection');
    });
  }

  send(count: number): void {
    this.left = count;
    for (let slot = 0; slot < count; slot++) {
      const template = this.chooser.draw();
      const operation = this.plan.operations[template.operation];
      if (operation !== undefined)
        void this.call(slot, template.operation, operation, this.value(template.valueBytes));
    }
  }

  destroy(): void {
    const { client } = this;
    this.client = undefined;
    this.generation++;
    client?.disconnect();
  }

  private async call(slot: number, index: number, operation: Operation, value: string): Promise<void> {
    const { client, generation, drawKey, plan } = this;
    const key = drawKey();
    let kind: ReplyKind = ReplyKind.VALUE;
    let failure = '';
    try {
      for (const command of operation.commands) {
        const [name = '', ...args] = renderArguments(command, key, drawKey, value, plan.keys);
        const reply: unknown = await client?.call(name, ...args);
        if (reply === null) kind = ReplyKind.NULL;
      }
    } catch (error) {
      kind = ReplyKind.ERROR;
      failure = error instanceof Error ? error.message : String(error);
    }
    if (generation !== this.generation) return;
    const nowMs = performance.now();
    this.owner.replied(this.batch, slot, index, kind, failure, nowMs);
    if (--this.left === 0) this.owner.batchEnded(this, nowMs);
  }

  private value(bytes: number): string {
    let value = this.values.get(bytes);
    if (value === undefined) this.values.set(bytes, (value = 'x'.repeat(bytes)));
    return value;
  }

  private lose(reason: string): void {
    this.destroy();
    this.owner.lost(this, reason);
  }
}
