import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';
import { bulk } from '../protocol/request-cases.js';
import { seeded } from '../storage/seeded-random.js';

/*
 * Many clients at once, each with a script whose replies are known. What they send is cut anywhere; they wait for
 * elements that come sooner or later, through pauses, and send on while they wait; some do not read for a while, and
 * some disappear in the middle.
 */

type Random = () => number;

interface Script {
  readonly bytes: Buffer;
  readonly replies: string;
  /** Elements that its blocking commands take. */
  readonly pops: number;
}

const LARGE = 'x'.repeat(300_000);

/** A script of `length` steps for client `name`, which owns every key that begins with its name. */
function script(random: Random, name: string, length: number): Script {
  const sent: string[] = [];
  const replies: string[] = [];
  let pops = 0;
  const say = (request: string, reply: string): void => {
    sent.push(request);
    replies.push(reply);
  };
  const pop = (): string => {
    const element = `${name}:${pops++}`;
    return `$${element.length}\r\n${element}\r\n`;
  };
  const queue = `${name}q`;
  const queueReply = `$${queue.length}\r\n${queue}\r\n`;
  const steps: readonly (() => void)[] = [
    () => say(bulk('ECHO', name), `$${name.length}\r\n${name}\r\n`),
    () => say(`ECHO "inline of ${name}"\r\n`, `$${name.length + 10}\r\ninline of ${name}\r\n`),
    () => say(bulk('BLPOP', queue, '0'), `*2\r\n${queueReply}${pop()}`),
    () => say(bulk('BLPOP', `${name}nothing`, queue, '0'), `*2\r\n${queueReply}${pop()}`),
    () => say(bulk('BLMOVE', queue, `${name}taken`, 'LEFT', 'RIGHT', '0'), pop()),
    () => say(bulk('SET', `${name}k`, LARGE), '+OK\r\n'),
    () => say(bulk('STRLEN', `${name}none`), ':0\r\n'),
    () => say(bulk('ECHO', LARGE), `$${LARGE.length}\r\n${LARGE}\r\n`),
    () => say(bulk('NONSENSE'), "-ERR unknown command 'NONSENSE', with args beginning with: \r\n"),
    () => {
      // In a transaction nothing waits.
      say(bulk('MULTI'), '+OK\r\n');
      say(bulk('BLPOP', `${name}nothing`, '0'), '+QUEUED\r\n');
      say(bulk('SET', `${name}k2`, 'v'), '+QUEUED\r\n');
      say(bulk('EXEC'), '*2\r\n*-1\r\n+OK\r\n');
    },
    () => {
      say(
        bulk('CLIENT', 'REPLY', 'OFF') + bulk('ECHO', 'unheard') + bulk('CLIENT', 'REPLY', 'ON'),
        '+OK\r\n',
      );
    },
    () => say(bulk('CLIENT', 'REPLY', 'SKIP') + bulk('SET', `${name}k3`, 'unheard'), ''),
    () => {
      pop();
      say(bulk('CLIENT', 'REPLY', 'SKIP') + bulk('BLPOP', queue, '0'), '');
    },
    () => say(bulk('BLPOP', `${name}nothing`, '0.001'), '*-1\r\n'),
  ];
  for (let i = 0; i < length; i++) steps[Math.floor(random() * steps.length)]!();
  say(bulk('QUIT'), '+OK\r\n');
  return { bytes: Buffer.from(sent.join('')), replies: replies.join(''), pops };
}

/** Sends the bytes in random pieces at random moments; everything received until the server closes. */
async function play(random: Random, port: number, bytes: Buffer, keep: number): Promise<string> {
  const socket = await new Promise<Socket>((resolve) => {
    const opened = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(opened));
  });
  const chunks: Buffer[] = [];
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.on('data', (data: Buffer) => chunks.push(data));
  for (let at = 0; at < keep;) {
    const size = Math.ceil(random() < 0.3 ? random() * 8 : random() ** 4 * 400_000);
    socket.write(bytes.subarray(at, Math.min(keep, (at += size))));
    if (random() < 0.05) socket.pause();
    for (let i = random() * 4; i > 0; i--) await new Promise((resolve) => setImmediate(resolve));
    if (random() < 0.5) socket.resume();
  }
  if (keep < bytes.length) socket.destroy();
  socket.resume();
  await closed;
  return Buffer.concat(chunks).toString('latin1');
}

/** Pushes the elements of every client, in order for each, and pauses everybody now and then. */
async function push(
  random: Random,
  port: number,
  pops: readonly number[],
  ended: () => boolean,
): Promise<void> {
  const pusher = await RawConnection.open(port);
  const next = pops.map(() => 0);
  const open = pops.map((_, i) => i).filter((i) => pops[i]! > 0);
  while (open.length > 0) {
    const at = Math.floor(random() * open.length);
    const client = open[at]!;
    pusher.send(['RPUSH', `c${client}:q`, `c${client}::${next[client]!++}`]);
    if (next[client] === pops[client]) open.splice(at, 1);
    if (random() < 0.05) pusher.send(['CLIENT', 'PAUSE', '5', random() < 0.5 ? 'ALL' : 'WRITE']);
    if (random() < 0.05) pusher.send(['CLIENT', 'UNPAUSE']);
    if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => Promise.resolve(ended()), 30_000);
  pusher.close();
}

/** Where two texts of megabytes part, and how they go on; null when they are the same. */
function difference(received: string, expected: string): object | null {
  if (received === expected) return null;
  let at = 0;
  while (received[at] === expected[at]) at++;
  const around = (text: string): string => text.slice(Math.max(0, at - 80), at + 80);
  return { at, received: around(received), expected: around(expected) };
}

const CLIENTS = 40;
let server: Server;

afterEach(async () => {
  await server.close();
});

test.each(
  (['auto', 'portable'] as const).flatMap((transport) => [1, 2, 3].map((seed) => ({ transport, seed }))),
)(
  'Every client gets its replies, whole and in order: $transport, seed $seed',
  async ({ transport, seed }) => {
    const random = seeded(seed * 7919);
    server = new Server({ port: 0, transport });
    const port = await server.listen();
    const scripts = Array.from({ length: CLIENTS }, (_, i) => script(random, `c${i}:`, 30));
    // Every fifth client goes away in the middle.
    const keep = scripts.map(({ bytes }, i) =>
      i % 5 === 4 ? Math.floor(random() * bytes.length) : bytes.length,
    );
    let left = CLIENTS;
    const clients = scripts.map(async ({ bytes }, i) => {
      const received = await play(random, port, bytes, keep[i]!);
      left--;
      return received;
    });
    await push(
      random,
      port,
      scripts.map(({ pops }) => pops),
      () => left === 0,
    );
    const received = await Promise.all(clients);
    for (const [i, { replies, bytes }] of scripts.entries()) {
      const expected = keep[i] === bytes.length ? replies : replies.slice(0, received[i]!.length);
      expect({ client: i, difference: difference(received[i]!, expected) }).toEqual({
        client: i,
        difference: null,
      });
    }
    await until(() => Promise.resolve(server.connections.size === 0));
    expect(server.blocking.count).toBe(0);
    expect(server.clientBytes).toBe(0);
    await server.close();
  },
);
