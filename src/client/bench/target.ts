import type { ServerAddress } from './load-plan.js';

/** What a comparison is given: a server that runs, or a command line that starts one. */
export type Target =
  | { readonly kind: 'running'; readonly text: string; readonly address: ServerAddress }
  | { readonly kind: 'command'; readonly text: string; readonly argv: readonly string[] };

/** In a command line, the free port that the server is to listen on. */
export const PORT_PLACEHOLDER = '{port}';

/**
 * Reads `6379`, `host:6379`, `[::1]:6379`, `redis://user:password@host:6379/0`, a path of a unix socket, or a
 * command line with `{port}` in it. Throws an Error that names the text when it is none of these.
 */
export function parseTarget(text: string): Target {
  const trimmed = text.trim();
  if (trimmed.includes(PORT_PLACEHOLDER))
    return { kind: 'command', text: trimmed, argv: splitCommandLine(trimmed) };
  if (/^redis:\/\//i.test(trimmed))
    return { kind: 'running', text: hidePassword(trimmed), address: parseUri(trimmed) };
  if (/^\.{0,2}\//.test(trimmed) && !/\s/.test(trimmed)) {
    return { kind: 'running', text: trimmed, address: { host: '127.0.0.1', port: 0, path: trimmed } };
  }
  const match = /^(?:(?:\[([0-9a-f:]+)\]|([^\s:]+)):)?(\d{1,5})$/i.exec(trimmed);
  const port = Number(match?.[3] ?? 0);
  if (port >= 1 && port <= 65_535) {
    return {
      kind: 'running',
      text: trimmed,
      address: { host: match?.[1] ?? match?.[2] ?? '127.0.0.1', port },
    };
  }
  throw new Error(
    `'${text}' is neither HOST:PORT, redis://…, a socket path, nor a command line with ${PORT_PLACEHOLDER} for its port`,
  );
}

function parseUri(text: string): ServerAddress {
  const uri = URL.canParse(text) ? new URL(text) : undefined;
  const db = /^\/?(\d*)$/.exec(uri?.pathname ?? '?');
  if (uri === undefined || uri.hostname === '' || db === null) {
    throw new Error(`'${hidePassword(text)}' is not a URI such as redis://user:password@host:6379/0`);
  }
  return {
    host: uri.hostname.replace(/^\[|\]$/g, ''),
    port: uri.port === '' ? 6379 : Number(uri.port),
    ...(uri.username === '' ? {} : { username: decodeURIComponent(uri.username) }),
    ...(uri.password === '' ? {} : { password: decodeURIComponent(uri.password) }),
    db: Number(db[1] ?? 0),
  };
}

function hidePassword(uri: string): string {
  return uri.replace(/(:\/\/[^:@/]*:)[^@/]*@/, '$1…@');
}

/** Words of a command line: spaces separate, single or double quotes keep together. */
function splitCommandLine(text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let started = false;
  for (const char of text) {
    if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      started = true;
    } else if (/\s/.test(char)) {
      if (started) words.push(word);
      word = '';
      started = false;
    } else {
      word += char;
      started = true;
    }
  }
  if (quote !== '') throw new Error(`the command line '${text}' has an unbalanced ${quote}`);
  if (started) words.push(word);
  return words;
}
