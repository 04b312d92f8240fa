import { parentPort, workerData } from 'node:worker_threads';
import { LoadBoard } from './load-board.js';
import type { LoadPlan } from './load-plan.js';
import { LoadThread } from './load-thread.js';

// A generator thread: connects, says so, then does as the main thread tells it.

export interface WorkerData {
  readonly plan: LoadPlan;
  readonly memory: SharedArrayBuffer;
  readonly index: number;
}

export type ToWorker = { readonly type: 'start' } | { readonly type: 'drain'; readonly waitMs: number };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'gone'; readonly reason: string }
  /** `busy`: share of the time that the event loop was not waiting, 0 to 1. */
  | { readonly type: 'done'; readonly errors: ReadonlyMap<string, number>; readonly busy: number };

// What the thread was given is typed by the one place that starts it.
const { plan, memory, index } = workerData as WorkerData;
const port = parentPort;
if (port === null) throw new Error('worker.ts runs in a worker thread only');

const say = (message: FromWorker): void => {
  port.postMessage(message);
};
const board = new LoadBoard(plan.threads, plan.operations.length, memory);
let started = performance.eventLoopUtilization();
const thread: LoadThread = new LoadThread(
  plan,
  board,
  index,
  () => {
    say({
      type: 'done',
      errors: thread.tally.errors,
      busy: performance.eventLoopUtilization(started).utilization,
    });
    port.close();
  },
  (reason) => {
    say({ type: 'gone', reason });
  },
);

port.on('message', (message: ToWorker) => {
  if (message.type === 'drain') return thread.drain(message.waitMs);
  started = performance.eventLoopUtilization();
  thread.start();
});

try {
  await thread.connect();
  say({ type: 'ready' });
} catch (error) {
  say({ type: 'refused', reason: error instanceof Error ? error.message : String(error) });
  port.close();
}
