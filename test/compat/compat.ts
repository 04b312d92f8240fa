/**
 * Transcripts: the same lines are sent over raw sockets to mredis and to a real redis-server, and the replies are
 * compared byte for byte, in RESP2 and in RESP3.
 *
 *   const { transcript } = compatSuite();
 *   transcript('SET NX leaves an existing value in place', [
 *     'SET k v',
 *     'SET k w NX',
 *     ['GET', 'k'],                      // an argv works as well
 *     '[2] GET k',                       // on a second connection
 *     '[unordered] KEYS *',
 *   ]);
 *
 * Words in brackets before a line, separated by spaces:
 *   1, 2, …    the connection; 1 if nothing is said. A new one is opened when first named.
 *   unordered  elements of the reply are compared in byte order; `pairs` sorts them two by two
 *   shape      only the first line of the reply is compared (its type and length)
 *   type       only the type byte of the reply is compared
 *   ignored    the reply is not compared
 *   blocks     the command waits: its reply is read by a later `read`
 *   read       (no command) the next reply of a connection; `push` reads an out of band message, in RESP2 any reply
 *   resp3      this line runs in RESP3 transcripts only; `resp2` likewise
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { splitInline } from '../../src/protocol/inline.js';
import { sortedFrame } from './resp-frames.js';
import { OurTarget, RawConnection, RedisTarget, type Target, type TargetOptions, until } from './targets.js';

/** A line of a transcript: words as one types them in redis-cli, an argv, or one of them with a hook. */
/* eslint-disable jest/no-export -- it registers the tests of the files that call it */
export type Line = string | readonly string[] | HookedLine;

interface HookedLine {
  readonly line: string | readonly string[];
  /** Rewrites what differs for good reasons (times, ids) before replies are compared. */
  readonly normalize: (reply: string) => string;
}

export interface CompatSuite {
  /** Registers a test that runs the lines on both servers, once in RESP2 and once in RESP3. */
  readonly transcript: (title: string, lines: readonly Line[]) => void;
}

/** Starts both servers before the tests of a file and stops them after. Call it once per file. */
export function compatSuite(options: TargetOptions = {}): CompatSuite {
  if (spawnSync('redis-server', ['--version']).status !== 0) return withoutRedis();
  let redis: RedisTarget | null = null;
  let ours: OurTarget | null = null;
  beforeAll(async () => {
    ours = await OurTarget.start(options);
    redis = await RedisTarget.start(options);
  }, 30_000);
  afterAll(async () => {
    await redis?.stop();
    await ours?.stop();
  });
  return {
    transcript(title, lines) {
      describe(`${title}:`, () => {
        test.each([2, 3] as const)('RESP%i', async (resp) => {
          const steps = lines.map(parseLine).filter((step) => step.only === null || step.only === resp);
          const theirs = await play(redis!, resp, steps);
          expect(await play(ours!, resp, steps)).toEqual(theirs);
        });
      });
    },
  };
}

/** Says aloud that nothing was compared; where CI promises a redis-server, that is a failure. */
function withoutRedis(): CompatSuite {
  console.warn('no redis-server found: transcripts are not compared');
  test('a redis-server is there to compare with, or this is not CI', () => {
    expect(process.env['CI']).not.toBe('true');
  });
  return { transcript: () => undefined };
}

// Lines

interface Step {
  readonly shown: string;
  readonly argv: readonly string[];
  readonly connection: number;
  readonly words: ReadonlySet<string>;
  readonly only: 2 | 3 | null;
  readonly normalize: (reply: string) => string;
}

const WORDS = new Set([
  'unordered',
  'pairs',
  'shape',
  'type',
  'ignored',
  'blocks',
  'read',
  'push',
  'resp2',
  'resp3',
]);

function parseLine(line: Line): Step {
  const hooked = typeof line === 'object' && 'line' in line;
  const given = hooked ? line.line : line;
  const normalize = hooked ? line.normalize : (reply: string): string => reply;
  if (typeof given !== 'string') {
    return { shown: given.join(' '), argv: given, connection: 1, words: new Set(), only: null, normalize };
  }
  const match = /^\[([a-z0-9 ]+)\] ?/.exec(given);
  const words = new Set(match === null ? [] : match[1]!.split(' '));
  let connection = 1;
  for (const word of words) {
    if (/^\d+$/.test(word)) connection = Number(word);
    else if (!WORDS.has(word)) throw new Error(`unknown word '${word}' in: ${given}`);
  }
  const command = Buffer.from(given.slice(match?.[0].length ?? 0), 'utf8').toString('latin1');
  const argv = splitInline(command);
  if (argv === null) throw new Error(`unbalanced quotes in: ${given}`);
  const only = words.has('resp2') ? 2 : words.has('resp3') ? 3 : null;
  return { shown: given, argv, connection, words, only, normalize };
}

/** Runs the steps on fresh connections to an empty server; one string per step: the line and its reply. */
async function play(target: Target, resp: 2 | 3, steps: readonly Step[]): Promise<string[]> {
  const connections = new Map<number, RawConnection>();
  const open = async (number: number): Promise<RawConnection> => {
    const known = connections.get(number);
    if (known !== undefined) return known;
    const connection = await RawConnection.open(target.port);
    connections.set(number, connection);
    if (resp === 3 && (await connection.call('HELLO', '3')).startsWith('-')) target.becomeResp3();
    return connection;
  };
  const results: string[] = [];
  try {
    const first = await open(1);
    await first.call('FLUSHALL');
    for (const step of steps) {
      const connection = await open(step.connection);
      const blocked = step.words.has('blocks') ? await target.blockedClients() : -1;
      if (step.argv.length > 0) connection.send(step.argv);
      if (blocked >= 0) {
        await until(async () => (await target.blockedClients()) > blocked);
        continue;
      }
      const reply = await connection.reply(step.words.has('push') ? 'any' : 'reply', step.shown);
      results.push(`${step.shown}\n${shownReply(step, reply)}`);
    }
  } finally {
    for (const connection of connections.values()) connection.close();
  }
  return results;
}

function shownReply(step: Step, reply: string): string {
  const { words } = step;
  if (words.has('ignored')) return '';
  if (words.has('type')) return reply.charAt(0);
  if (words.has('shape')) return reply.slice(0, reply.indexOf('\r'));
  const sorted =
    words.has('unordered') || words.has('pairs') ? sortedFrame(reply, words.has('pairs')) : reply;
  return step.normalize(sorted).replaceAll('\r\n', '\n');
}
