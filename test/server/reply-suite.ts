/* eslint-disable jest/no-export -- it registers tests and hooks for the files that call it */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { splitInline } from '../../src/protocol/inline.js';
import { OurTarget, RawConnection } from '../compat/targets.js';

/** A line as one types it in redis-cli, and the reply without its line ends, elements separated by spaces. */
export type Exchange = readonly [line: string, reply: string];

/**
 * Transcripts for what redis-server 7.0 does not have: expected replies are written down. Starts a server before the tests
 * of a file, empties it before each, and stops it after them. Call it once per file.
 */
export function replySuite() {
  let target: OurTarget;
  let connection: RawConnection;
  beforeAll(async () => {
    target = await OurTarget.start({});
    connection = await RawConnection.open(target.port);
  });
  afterAll(async () => {
    connection.close();
    await target.stop();
  });
  beforeEach(async () => {
    await run('FLUSHALL');
  });

  /** Sends an argv; the reply as it came. */
  function call(...argv: string[]): Promise<string> {
    return connection.call(...argv);
  }

  /** Sends a line; the reply as in an `Exchange`. */
  async function run(line: string): Promise<string> {
    return (await call(...splitInline(line)!)).trimEnd().replaceAll('\r\n', ' ');
  }

  async function expectReplies(lines: readonly Exchange[]): Promise<void> {
    for (const [line, reply] of lines) expect([line, await run(line)]).toEqual([line, reply]);
  }

  /** Registers a test that sends the lines and compares each reply. */
  function transcript(title: string, lines: readonly Exchange[]): void {
    test(`transcript: ${title}`, async () => {
      expect(lines.length).toBeGreaterThan(0);
      await expectReplies(lines);
    });
  }

  return { call, run, expectReplies, transcript };
}
