import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import type { CommandSpec } from '../command.js';
import { OWN } from './client-flags.js';

export const clientTracking: CommandSpec = {
  name: 'tracking',
  group: 'connection',
  summary: 'Says whether this client keeps copies of keys and wants to be told when they change.',
  since: '6.0.0',
  complexity: 'O(1). Some options may introduce additional complexity.',
  syntax:
    '<ON | OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]',
  arity: -3,
  flags: OWN,
  handler: trackingCommand,
};

interface TrackingOptions {
  redirect: number;
  broadcast: boolean;
  optIn: boolean;
  optOut: boolean;
  noLoop: boolean;
  readonly prefixes: string[];
}

function trackingCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  const options: TrackingOptions = {
    redirect: 0,
    broadcast: false,
    optIn: false,
    optOut: false,
    noLoop: false,
    prefixes: [],
  };
  for (let i = 3; i < request.count;) {
    const taken = readOption(session, request, i, options);
    if (taken === 0) return;
    i += taken;
  }
  if (request.is(2, 'off')) {
    server.tracking.disable(session);
    return reply.ok();
  }
  if (!request.is(2, 'on')) return reply.error(errors.SYNTAX);
  const error = contradiction(session, options);
  if (error !== null) return reply.error(error);
  const { prefixes, ...rest } = options;
  const before = session.tracking?.prefixes ?? [];
  const all = new Set([...before, ...prefixes]);
  if (options.broadcast && all.size === 0) all.add('');
  server.tracking.enable(session, { ...rest, prefixes: all, caching: null, brokenRedirect: false });
  reply.ok();
}

/** Reads the option at argument `i`; how many arguments it took, or 0 after it has replied with the error. */
function readOption(session: Session, request: Request, i: number, options: TrackingOptions): number {
  const { reply, server } = session;
  const more = i + 1 < request.count;
  switch (request.word(i)) {
    case 'redirect': {
      if (!more) break;
      if (options.redirect !== 0) {
        reply.error('ERR A client can only redirect to a single other client');
        return 0;
      }
      options.redirect = parseInteger(request.arg(i + 1));
      if (Number.isNaN(options.redirect)) reply.error(errors.NOT_INTEGER);
      else if (server.connections.has(options.redirect)) return 2;
      else reply.error('ERR The client ID you want redirect to does not exist');
      return 0;
    }
    case 'bcast':
      options.broadcast = true;
      return 1;
    case 'optin':
      options.optIn = true;
      return 1;
    case 'optout':
      options.optOut = true;
      return 1;
    case 'noloop':
      options.noLoop = true;
      return 1;
    case 'prefix':
      if (!more) break;
      options.prefixes.push(request.string(i + 1));
      return 2;
  }
  reply.error(errors.SYNTAX);
  return 0;
}

/** Why the options do not go together, or not with what is on already; null when they do. */
function contradiction(session: Session, options: TrackingOptions): string | null {
  const { broadcast, optIn, optOut, prefixes } = options;
  const now = session.tracking;
  if (!broadcast && prefixes.length > 0) return 'ERR PREFIX option requires BCAST mode to be enabled';
  if (now !== null && now.broadcast !== broadcast) {
    return "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.";
  }
  if (broadcast && (optIn || optOut)) return 'ERR OPTIN and OPTOUT are not compatible with BCAST';
  if (optIn && optOut) return "ERR You can't specify both OPTIN mode and OPTOUT mode";
  if (now !== null && ((optIn && now.optOut) || (optOut && now.optIn))) {
    return "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.";
  }
  return broadcast ? overlap(prefixes, now?.prefixes ?? new Set()) : null;
}

function overlap(prefixes: readonly string[], before: ReadonlySet<string>): string | null {
  const rule = 'Prefixes for a single client must not overlap.';
  for (const [i, prefix] of prefixes.entries()) {
    for (const other of before) {
      if (prefix.startsWith(other) || other.startsWith(prefix)) {
        return `ERR Prefix '${prefix}' overlaps with an existing prefix '${other}'. ${rule}`;
      }
    }
    for (const other of prefixes.slice(i + 1)) {
      if (prefix.startsWith(other) || other.startsWith(prefix)) {
        return `ERR Prefix '${prefix}' overlaps with another provided prefix '${other}'. ${rule}`;
      }
    }
  }
  return null;
}

export const clientCaching: CommandSpec = {
  name: 'caching',
  group: 'connection',
  summary: 'Says whether the keys of the next command are tracked.',
  since: '6.0.0',
  complexity: 'O(1)',
  syntax: '<YES | NO>',
  arity: 3,
  flags: OWN,
  handler: cachingCommand,
};

function cachingCommand(session: Session, request: Request): void {
  const { reply, tracking } = session;
  if (tracking === null) {
    return reply.error(
      'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
    );
  }
  const yes = request.is(2, 'yes');
  if (!yes && !request.is(2, 'no')) return reply.error(errors.SYNTAX);
  if (yes && !tracking.optIn) {
    return reply.error('ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.');
  }
  if (!yes && !tracking.optOut) {
    return reply.error('ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.');
  }
  tracking.caching = yes ? 'yes' : 'no';
  reply.ok();
}

export const clientGetRedir: CommandSpec = {
  name: 'getredir',
  group: 'connection',
  summary: 'Tells which client gets the messages of this one.',
  since: '6.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: OWN,
  handler: (session) => session.reply.integer(session.tracking === null ? -1 : session.tracking.redirect),
};

export const clientTrackingInfo: CommandSpec = {
  name: 'trackinginfo',
  group: 'connection',
  summary: 'Tells how this connection tracks keys.',
  since: '6.2.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: OWN,
  handler: trackingInfoCommand,
};

function trackingInfoCommand(session: Session): void {
  const { reply, tracking } = session;
  const flags = [tracking === null ? 'off' : 'on'];
  if (tracking !== null) {
    if (tracking.broadcast) flags.push('bcast');
    if (tracking.optIn) flags.push('optin');
    if (tracking.optOut) flags.push('optout');
    if (tracking.caching !== null) flags.push(`caching-${tracking.caching}`);
    if (tracking.noLoop) flags.push('noloop');
    if (tracking.brokenRedirect) flags.push('broken_redirect');
  }
  reply.map(3);
  reply.text('flags');
  reply.set(flags.length);
  for (const flag of flags) reply.text(flag);
  reply.text('redirect');
  reply.integer(tracking === null ? -1 : tracking.redirect);
  reply.text('prefixes');
  reply.texts([...(tracking?.prefixes ?? [])]);
}
