import type { CommandSpec } from '../command.js';
import { publish, spublish } from './publish.js';
import { pubsub } from './pubsub.js';
import { psubscribe, punsubscribe, ssubscribe, subscribe, sunsubscribe, unsubscribe } from './subscribe.js';

export const PUBSUB_COMMANDS: readonly CommandSpec[] = [
  psubscribe,
  publish,
  pubsub,
  punsubscribe,
  spublish,
  ssubscribe,
  subscribe,
  sunsubscribe,
  unsubscribe,
];
