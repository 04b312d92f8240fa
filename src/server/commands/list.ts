import type { CommandSpec } from './command.js';
import { STRING_COMMANDS } from './string/commands.js';
import { GENERIC_COMMANDS } from './generic/commands.js';
import { LIST_COMMANDS } from './list/commands.js';
import { SET_COMMANDS } from './set/commands.js';
import { HASH_COMMANDS } from './hash/commands.js';
import { SORTED_SET_COMMANDS } from './sorted-set/commands.js';
import { STREAM_COMMANDS } from './stream/commands.js';
import { CONNECTION_COMMANDS } from './connection/commands.js';
import { SERVER_COMMANDS } from './server/commands.js';
import { PUBSUB_COMMANDS } from './pubsub/commands.js';
import { TRANSACTION_COMMANDS } from './transactions/commands.js';
import { BITMAP_COMMANDS } from './bitmap/commands.js';
import { HYPERLOGLOG_COMMANDS } from './hyperloglog/commands.js';
import { CLUSTER_COMMANDS } from './cluster/commands.js';
import { GEO_COMMANDS } from './geo/commands.js';

/** Every Redis command, group by group. Explicit lists: they can be searched, typed and bundled. */
export const COMMANDS: readonly CommandSpec[] = [
  ...STRING_COMMANDS,
  ...GENERIC_COMMANDS,
  ...LIST_COMMANDS,
  ...SET_COMMANDS,
  ...HASH_COMMANDS,
  ...SORTED_SET_COMMANDS,
  ...STREAM_COMMANDS,
  ...CONNECTION_COMMANDS,
  ...SERVER_COMMANDS,
  ...PUBSUB_COMMANDS,
  ...TRANSACTION_COMMANDS,
  ...BITMAP_COMMANDS,
  ...HYPERLOGLOG_COMMANDS,
  ...GEO_COMMANDS,
  ...CLUSTER_COMMANDS,
];
