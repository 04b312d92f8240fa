import { UsageError } from './usage-error.js';

/** Where a server listens. A path goes before host and port. */
export interface ServerAddress {
  host: string;
  port: number;
  path: string | undefined;
  tls: TlsSettings | undefined;
}

export interface TlsSettings {
  serverName?: string;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  ciphers?: string;
  insecure?: boolean;
}

/** As prompts and messages show it: `host:port`, an IPv6 host in brackets, or the path. */
export function addressText({ host, port, path }: ServerAddress): string {
  if (path !== undefined) return path;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `host:port`, `[v6]:port`, `host` or `:port`. */
export function applyServer(address: ServerAddress, text: string): void {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text);
  const port = match?.[3] === undefined ? address.port : Number(match[3]);
  if (match === null || port > 65535)
    throw new UsageError(`Invalid server address '${text}', expected host:port`);
  address.host = (match[1] ?? match[2] ?? '') || address.host;
  address.port = port;
}

interface UriTarget {
  address: ServerAddress;
  user: string | undefined;
  password: string | undefined;
  passwordShown: boolean;
  database: number;
}

/** redis://[user:password@]host[:port][/db]; rediss:// is TLS. A lone name before `@` is the password, as in redis-cli. */
export function applyUri(target: UriTarget, text: string): void {
  const match = /^(rediss?):\/\/(?:([^@]*)@)?(\[[^\]]+\]|[^:/?]*)(?::(\d{1,5}))?(?:\/(\d*))?$/i.exec(text);
  if (match === null) {
    throw new UsageError(/^rediss?:\/\//i.test(text) ? `Invalid URI '${text}'` : 'Invalid URI scheme');
  }
  const [, scheme = '', userInfo, host = '', port, database] = match;
  if (scheme.toLowerCase() === 'rediss') target.address.tls ??= {};
  if (userInfo !== undefined) {
    const colon = userInfo.indexOf(':');
    if (colon > 0) target.user = percentDecoded(userInfo.slice(0, colon));
    target.password = percentDecoded(userInfo.slice(colon + 1));
    target.passwordShown = true;
  }
  if (host !== '') target.address.host = percentDecoded(host.replace(/^\[|\]$/g, ''));
  if (port !== undefined) target.address.port = Number(port);
  if (database !== undefined && database !== '') target.database = Number(database);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError(`Incomplete URI encoding in '${text}'`);
  }
}
