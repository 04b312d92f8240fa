/** A value that JSON can say. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * The replies that are tables in one text - INFO, CLIENT LIST, CLUSTER NODES and the like - as objects, for --json;
 * undefined for any other command.
 */
export function structuredReply(argv: readonly string[], text: string): JsonValue | undefined {
  const [command, subcommand] = argv.map((word) => word.toUpperCase());
  if (command === 'INFO') return infoSections(text);
  if (command === 'CLIENT' && subcommand === 'LIST') return lines(text).map((line) => assignments(line));
  if (command === 'CLIENT' && subcommand === 'INFO') return assignments(text.trim());
  if (command === 'CLUSTER' && subcommand === 'INFO') return infoFields(lines(text));
  if (command === 'CLUSTER' && subcommand === 'NODES') return lines(text).map(clusterNode);
  return undefined;
}

const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');

/** `# Section` headings and `name:value` lines; names of the sections in lower case. */
function infoSections(text: string): Record<string, Record<string, JsonValue>> {
  const sections: Record<string, Record<string, JsonValue>> = {};
  let title = '';
  let body: string[] = [];
  const close = (): void => {
    if (title !== '' || body.length > 0) sections[title.toLowerCase()] = infoFields(body);
    body = [];
  };
  for (const line of lines(text)) {
    if (line.startsWith('#')) {
      close();
      title = line.replace(/^#\s*/, '');
    } else body.push(line);
  }
  close();
  return sections;
}

function infoFields(body: readonly string[]): Record<string, JsonValue> {
  return Object.fromEntries(
    body.map((line) => {
      const colon = line.indexOf(':');
      const value = line.slice(colon + 1);
      // `db0:keys=1,expires=0` and `cmdstat_get:calls=1,usec=2` are tables of their own.
      const nested = /^[\w.]+=[^,=]*(,[\w.]+=[^,=]*)+$/.test(value);
      return [line.slice(0, colon), nested ? assignments(value, ',') : scalar(value)];
    }),
  );
}

/** `name=value` pairs. */
function assignments(line: string, separator = ' '): Record<string, JsonValue> {
  return Object.fromEntries(
    line.split(separator).map((pair) => {
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals), scalar(pair.slice(equals + 1))];
    }),
  );
}

function clusterNode(line: string): Record<string, JsonValue> {
  const [
    id = '',
    address = '',
    flags = '',
    master = '',
    ping = '',
    pong = '',
    epoch = '',
    link = '',
    ...slots
  ] = line.split(' ');
  return {
    id,
    address,
    flags: flags.split(','),
    master: master === '-' ? null : master,
    pingSentMs: scalar(ping),
    pongReceivedMs: scalar(pong),
    configEpoch: scalar(epoch),
    linkState: link,
    slots,
  };
}

/** A number where the text is exactly one, else the text. */
function scalar(text: string): JsonValue {
  const value = Number(text);
  return text !== '' && String(value) === text && Number.isFinite(value) ? value : text;
}
