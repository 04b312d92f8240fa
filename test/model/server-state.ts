import type { RawConnection } from '../compat/targets.js';

/** What the keys of a server hold, in the words of `KeyspaceModel.state`. */
export async function stateOf(
  connection: RawConnection,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  for (const key of keys) {
    const type = (await connection.call('TYPE', key)).trim().slice(1);
    if (type === 'string') state.set(key, await stringState(connection, key));
    if (type === 'hash') state.set(key, await hashState(connection, key));
    if (type === 'stream') state.set(key, await streamState(connection, key));
  }
  return state;
}

/** The bulk strings and integers of a reply, in order. */
function values(reply: string): string[] {
  return [...reply.matchAll(/\$\d+\r\n(.*)\r\n|:(-?\d+)\r\n/g)].map(([, bulk, integer]) => bulk ?? integer!);
}

async function stringState(connection: RawConnection, key: string): Promise<string> {
  const [text] = values(await connection.call('GET', key));
  const [at] = values(await connection.call('PEXPIRETIME', key));
  return `string ${text} ${at}`;
}

async function hashState(connection: RawConnection, key: string): Promise<string> {
  const pairs = values(await connection.call('HGETALL', key));
  const names = pairs.filter((_, i) => i % 2 === 0);
  const times = values(await connection.call('HPEXPIRETIME', key, 'FIELDS', `${names.length}`, ...names));
  const fields = names.map((name, i) => `${name}=${pairs[2 * i + 1]}@${times[i]}`);
  return `hash ${fields.sort().join(' ')}`;
}

async function streamState(connection: RawConnection, key: string): Promise<string> {
  const number = (id: string): string => id.slice(0, -2);
  const range = values(await connection.call('XRANGE', key, '-', '+'));
  const entries: string[] = [];
  for (let i = 0; i < range.length; i += 3) entries.push(`${number(range[i]!)}=${range[i + 2]}`);
  const info = values(await connection.call('XINFO', 'STREAM', key));
  const last = number(info[info.indexOf('last-generated-id') + 1]!);
  const groups: string[] = [];
  const told = values(await connection.call('XINFO', 'GROUPS', key));
  for (let i = 0; i < told.length; i++) {
    if (told[i] !== 'name') continue;
    const pending = values(await connection.call('XPENDING', key, told[i + 1]!, '-', '+', '1000'));
    const items: string[] = [];
    for (let at = 0; at < pending.length; at += 4)
      items.push(`${number(pending[at]!)}/${pending[at + 1]}/${pending[at + 3]}`);
    const read = told[told.indexOf('last-delivered-id', i) + 1]!;
    groups.push(`${told[i + 1]}:${number(read)}[${items.join(' ')}]`);
  }
  return `stream ${last} ${entries.join(' ')} ${groups.sort().join(' ')}`;
}
