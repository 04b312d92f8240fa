import { clientBytes } from './client-bytes.js';
import { classOf } from './client-limits.js';
import type { Session } from './session.js';
import { SessionFlag } from './session.js';

/** A client as CLIENT LIST and CLIENT INFO show it, without the newline. */
export function clientLine(session: Session): string {
  const { connection, server, subscriptions, transaction, tracking, lastCommand } = session;
  const { current, currentBytes } = server.pipeline;
  const running = session === current;
  const queryBytes = running ? currentBytes : (connection?.queryBufferBytes ?? 0);
  // What runs may stand in the read buffer that all clients share.
  const borrowed = running && connection?.queryBufferBytes === 0 && connection.queryBufferFree === 0;
  const outputBytes = connection?.outputBytes ?? 0;
  const fields: readonly (readonly [string, string | number])[] = [
    ['id', session.id],
    ['addr', connection?.peer ?? ''],
    ['laddr', connection?.local ?? ''],
    ['fd', connection?.wire.fd ?? -1],
    ['name', session.name],
    ['age', Math.floor((session.now - session.createdAtMs) / 1000)],
    ['idle', Math.floor((session.now - session.lastInteractionMs) / 1000)],
    ['flags', flagLetters(session)],
    ['db', session.db.number],
    ['sub', subscriptions?.channels.size ?? 0],
    ['psub', subscriptions?.patterns.size ?? 0],
    ['ssub', subscriptions?.shardChannels.size ?? 0],
    ['multi', session.has(SessionFlag.MULTI) ? (transaction?.queue.length ?? 0) : -1],
    ['qbuf', queryBytes],
    ['qbuf-free', connection?.queryBufferFree ?? 0],
    ['argv-mem', running ? currentBytes : 0],
    ['multi-mem', transaction?.queuedBytes ?? 0],
    // Replies are written into a buffer that all clients share: none has one of its own.
    ['rbs', 0],
    ['rbp', 0],
    ['obl', 0],
    ['oll', connection?.outputChunks ?? 0],
    ['omem', outputBytes],
    ['tot-mem', clientBytes(session) + (borrowed ? currentBytes : 0)],
    ['events', outputBytes > 0 ? 'rw' : 'r'],
    ['cmd', lastCommand?.fullName ?? 'NULL'],
    ['user', session.user],
    ['redir', tracking === null ? -1 : tracking.redirect],
    ['resp', session.resp],
    ['lib-name', session.libraryName],
    ['lib-ver', session.libraryVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

function flagLetters(session: Session): string {
  let letters = '';
  if (session.has(SessionFlag.REPLICA)) letters += 'S';
  if (session.has(SessionFlag.MONITOR)) letters += 'O';
  if (session.has(SessionFlag.PRIMARY)) letters += 'M';
  if (session.has(SessionFlag.PUBSUB)) letters += 'P';
  if (session.has(SessionFlag.MULTI)) letters += 'x';
  if (session.has(SessionFlag.BLOCKED)) letters += 'b';
  if (session.has(SessionFlag.TRACKING)) letters += 't';
  if (session.tracking?.brokenRedirect === true) letters += 'R';
  if (session.tracking?.broadcast === true) letters += 'B';
  if (session.has(SessionFlag.DIRTY_CAS)) letters += 'd';
  if (session.has(SessionFlag.CLOSE_AFTER_REPLY)) letters += 'c';
  if (session.connection?.peer.startsWith('/') === true) letters += 'U';
  if (session.has(SessionFlag.READONLY)) letters += 'r';
  if (session.has(SessionFlag.NO_EVICT)) letters += 'e';
  if (session.has(SessionFlag.NO_TOUCH)) letters += 'T';
  return letters === '' ? 'N' : letters;
}

/** `normal`, `replica` or `pubsub`: the TYPE that CLIENT LIST and KILL filter by. */
export function clientType(session: Session): 'normal' | 'slave' | 'pubsub' | 'primary' {
  return session.has(SessionFlag.PRIMARY) ? 'primary' : classOf(session);
}
