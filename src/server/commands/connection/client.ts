import type { CommandSpec } from '../command.js';
import { helpSubcommand } from '../help.js';
import { clientKill } from './client-kill.js';
import { clientId, clientInfo, clientList } from './client-list.js';
import { clientGetName, clientSetInfo, clientSetName } from './client-name.js';
import {
  clientNoEvict,
  clientNoTouch,
  clientPause,
  clientReply,
  clientUnblock,
  clientUnpause,
} from './client-state.js';
import { clientCaching, clientGetRedir, clientTracking, clientTrackingInfo } from './client-tracking.js';

const SUBCOMMANDS = [
  clientCaching,
  clientGetRedir,
  clientGetName,
  clientId,
  clientInfo,
  clientKill,
  clientList,
  clientNoEvict,
  clientNoTouch,
  clientPause,
  clientReply,
  clientSetInfo,
  clientSetName,
  clientTracking,
  clientTrackingInfo,
  clientUnblock,
  clientUnpause,
];

export const client: CommandSpec = {
  name: 'client',
  group: 'connection',
  summary: 'Commands about connections.',
  since: '2.4.0',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [...SUBCOMMANDS, helpSubcommand('client', 'connection', '5.0.0', SUBCOMMANDS)],
};
