import { keyDrawer } from './key-distribution.js';
import type { Lane, LaneOwner } from './lane.js';
import type { LoadPlan } from './load-plan.js';
import { RandomSource } from './random-source.js';
import { requestTemplates, RequestWriter, TemplateChooser } from './request-template.js';
import { RespLane } from './resp-lane.js';

/** Makes the lanes of one thread: they draw from one source of chance, which the plan's seed decides. */
export async function laneMaker(plan: LoadPlan, thread: number, owner: LaneOwner): Promise<() => Lane> {
  const random = new RandomSource(plan.seed * 104_729 + thread);
  const drawKey = keyDrawer(plan.keyDistribution, plan.keys, random, thread, plan.threads);
  const templates = requestTemplates(plan.operations, plan.valueSizes, plan.keys);
  const chooser = new TemplateChooser(templates, random);
  if (plan.driver === 'resp') {
    return () =>
      new RespLane(plan.address, new RequestWriter(chooser, drawKey, plan.pipeline, plan.keys), owner);
  }
  // Loaded only when asked for: it takes 50 ms.
  const { IoredisLane } = await import('./ioredis-lane.js');
  return () => new IoredisLane(plan, chooser, drawKey, owner);
}
