import { Worker } from 'node:worker_threads';
import type { WorkerData } from './worker.js';

/** Starts a generator thread from wherever this code is: bundled into dist, or as source under tsx or a test. */
export function startWorker(data: WorkerData): Worker {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) {
    const dist = here.slice(0, here.lastIndexOf('/dist/') + '/dist/'.length);
    return new Worker(new URL('client/bench/worker.js', dist), { workerData: data });
  }
  // Node's --import does not reach workers on every version, so the thread itself asks tsx to read TypeScript.
  const worker = new URL('./worker.ts', here).href;
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import('${worker}'); })`;
  return new Worker(code, { eval: true, workerData: data });
}
