import type { CommandSpec } from '../command.js';
import { OWN } from './client-flags.js';
import { BAD_CLIENT_NAME, isClientName } from './client-names.js';

export const clientGetName: CommandSpec = {
  name: 'getname',
  group: 'connection',
  summary: 'Tells the name of this connection.',
  since: '2.6.9',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: OWN,
  handler: (session): void => {
    if (session.name === '') session.reply.null();
    else session.reply.text(session.name);
  },
};

export const clientSetName: CommandSpec = {
  name: 'setname',
  group: 'connection',
  summary: 'Names this connection.',
  since: '2.6.9',
  complexity: 'O(1)',
  syntax: 'connection-name',
  arity: 3,
  flags: OWN,
  handler: (session, request): void => {
    const name = request.string(2);
    if (!isClientName(name)) return session.reply.error(BAD_CLIENT_NAME);
    session.name = name;
    session.reply.ok();
  },
};

export const clientSetInfo: CommandSpec = {
  name: 'setinfo',
  group: 'connection',
  summary: 'Tells what library the client uses.',
  since: '7.2.0',
  complexity: 'O(1)',
  syntax: '<LIB-NAME libname | LIB-VER libver>',
  arity: 4,
  flags: OWN,
  tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  handler: (session, request): void => {
    const attribute = request.word(2);
    const value = request.string(3);
    if (attribute !== 'lib-name' && attribute !== 'lib-ver') {
      return session.reply.error(`ERR Unrecognized option '${request.string(2)}'`);
    }
    if (!isClientName(value)) {
      return session.reply.error(`ERR ${attribute} cannot contain spaces, newlines or special characters.`);
    }
    if (attribute === 'lib-name') session.libraryName = value;
    else session.libraryVersion = value;
    session.reply.ok();
  },
};
