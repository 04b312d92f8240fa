// src/client/command-docs.json: what `mredis cli` knows of commands when a server has no COMMAND DOCS of its own.
// Made from the COMMAND and COMMAND DOCS of a running mredis: node scripts/command-docs.js [port]
import { writeFile } from 'node:fs/promises';
import { Redis } from 'ioredis';

const redis = new Redis({ port: Number(process.argv[2] ?? 6379), lazyConnect: true, retryStrategy: null });
await redis.connect();
const [commands, docs] = await Promise.all([redis.call('COMMAND'), redis.call('COMMAND', 'DOCS')]);
redis.disconnect();

const arities = new Map();
const noteArity = ([name, arity, , , , , , , , subcommands]) => {
  arities.set(name.toLowerCase(), arity);
  for (const subcommand of subcommands ?? []) noteArity(subcommand);
};
for (const command of commands) noteArity(command);

/** A RESP2 reply of names and values in turn, in alphabetical order. */
const fields = (reply) =>
  Object.fromEntries(
    reply
      .flatMap((name, i) => (i % 2 === 0 ? [[name, reply[i + 1]]] : []))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

function plainDocs(reply) {
  return Object.fromEntries(
    Object.entries(fields(reply)).map(([fullName, entry]) => {
      const { summary, since, group, complexity, arguments: list, subcommands } = fields(entry);
      const doc = { summary, since, group, complexity, arity: arities.get(fullName.toLowerCase()) };
      if (list !== undefined) doc.arguments = list.map(plainArgument);
      if (subcommands !== undefined) doc.subcommands = plainDocs(subcommands);
      return [fullName.toLowerCase().split('|').at(-1), doc];
    }),
  );
}

function plainArgument(reply) {
  const { name, display_text: display, type, token, flags = [], arguments: list } = fields(reply);
  return {
    name: display ?? name,
    type,
    token,
    ...(flags.includes('optional') && { optional: true }),
    ...(flags.includes('multiple') && { multiple: true }),
    ...(flags.includes('multiple_token') && { multipleToken: true }),
    ...(list !== undefined && { arguments: list.map(plainArgument) }),
  };
}

const file = new URL('../src/client/command-docs.json', import.meta.url);
await writeFile(file, `${JSON.stringify(plainDocs(docs), null, 1)}\n`);
