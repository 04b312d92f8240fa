import { describe, expect, test } from '@jest/globals';
import { replySuite } from './reply-suite.js';

const { run, expectReplies, transcript } = replySuite();

const INVALID_ID = '-ERR Invalid stream ID specified as stream command argument';
const SYNTAX = '-ERR syntax error';
const NO_NUMBER = '-ERR Number of IDs must be a positive integer';
const TOO_FEW = '-ERR The `numids` parameter must match the number of arguments';
const NOTHING_PENDING = '*4 :0 $-1 $-1 *-1';

/** Entries 1-0 to N-0, delivered to two groups. */
async function delivered(entries: number): Promise<void> {
  for (let i = 1; i <= entries; i++) await run(`XADD s ${i}-0 f v`);
  for (const group of ['g1', 'g2']) {
    await run(`XGROUP CREATE s ${group} 0`);
    await run(`XREADGROUP GROUP ${group} c STREAMS s >`);
  }
}

/** How many entries are pending in each group. */
async function pending(): Promise<string> {
  const counts: string[] = [];
  for (const group of ['g1', 'g2']) counts.push((await run(`XPENDING s ${group}`)).split(' ')[1]!);
  return counts.join(' ');
}

describe('XDELEX:', () => {
  test('KEEPREF, the default, leaves the pending entries as they are', async () => {
    await delivered(3);
    await expectReplies([
      ['XDELEX s KEEPREF IDS 2 1-0 9-0', '*2 :1 :-1'],
      ['XDELEX s IDS 1 2-0', '*1 :1'],
      ['XLEN s', ':1'],
    ]);
    expect(await pending()).toBe(':3 :3');
  });

  test('DELREF takes them off the lists of all groups, also where the entry is gone', async () => {
    await delivered(3);
    await run('XDEL s 3-0');
    await expectReplies([
      ['XDELEX s IDS 2 1-0 3-0 DELREF', '*2 :1 :-1'],
      ['XLEN s', ':1'],
    ]);
    expect(await pending()).toBe(':1 :1');
  });

  test('ACKED removes what every group has read and acknowledged', async () => {
    await delivered(2);
    await expectReplies([
      ['XDELEX s ACKED IDS 2 1-0 5-0', '*2 :2 :-1'],
      ['XACK s g1 1-0', ':1'],
      ['XDELEX s acked ids 1 1-0', '*1 :2'],
      ['XACK s g2 1-0', ':1'],
      ['XDELEX s ACKED IDS 1 1-0', '*1 :1'],
      ['XADD s 3-0 f v', '$3 3-0'],
      ['XDELEX s ACKED IDS 1 3-0', '*1 :2'],
      ['XGROUP DESTROY s g1', ':1'],
      ['XGROUP DESTROY s g2', ':1'],
      ['XDELEX s ACKED IDS 2 2-0 3-0', '*2 :1 :1'],
    ]);
    expect(await run('XLEN s')).toBe(':0');
  });

  transcript('what is wrong is refused, and nothing removed', [
    ['XADD s 1-1 f v', '$3 1-1'],
    ['XDELEX none IDS 2 1-1 2-2', '*2 :-1 :-1'],
    ['XDELEX s', "-ERR wrong number of arguments for 'xdelex' command"],
    ['XDELEX s IDS 1', "-ERR wrong number of arguments for 'xdelex' command"],
    ['XDELEX s IDS x 1-1', NO_NUMBER],
    ['XDELEX s IDS 0 1-1', NO_NUMBER],
    ['XDELEX s IDS -5 1-1', NO_NUMBER],
    ['XDELEX s IDS 3 1-1 2-2', TOO_FEW],
    ['XDELEX s IDS 1 1-1 2-2', SYNTAX],
    ['XDELEX s KEEPREF DELREF IDS 1 1-1', SYNTAX],
    ['XDELEX s IDS 1 1-1 IDS 1 1-1', SYNTAX],
    ['XDELEX s KEEPREF 1-1 IDS', SYNTAX],
    ['XDELEX s KEEPREF 1 1-1', SYNTAX],
    ['XDELEX s IDS 2 1-1 nonsense', INVALID_ID],
    ['XLEN s', ':1'],
    ['SET k v', '+OK'],
    ['XDELEX k IDS 1 1-1', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
  ]);
});

describe('XACKDEL:', () => {
  test('KEEPREF acknowledges for its group and removes, also what another one has removed', async () => {
    await delivered(2);
    await expectReplies([
      ['XACKDEL s g1 KEEPREF IDS 2 1-0 2-0', '*2 :1 :1'],
      ['XLEN s', ':0'],
    ]);
    expect(await pending()).toBe(':0 :2');
    await expectReplies([['XACKDEL s g2 IDS 2 1-0 2-0', '*2 :1 :1']]);
    expect(await pending()).toBe(':0 :0');
  });

  test('DELREF takes the entry off the lists of all groups', async () => {
    await delivered(2);
    await expectReplies([
      ['XACKDEL s g1 DELREF IDS 2 1-0 2-0', '*2 :1 :1'],
      ['XPENDING s g1', NOTHING_PENDING],
      ['XPENDING s g2', NOTHING_PENDING],
      ['XACKDEL s g2 DELREF IDS 1 1-0', '*1 :-1'],
    ]);
    expect(await run('XLEN s')).toBe(':0');
  });

  test('ACKED removes with the last acknowledgement', async () => {
    await delivered(2);
    await expectReplies([
      ['XACKDEL s g1 ACKED IDS 2 1-0 2-0', '*2 :2 :2'],
      ['XLEN s', ':2'],
      ['XACKDEL s g2 ACKED IDS 2 1-0 2-0', '*2 :1 :1'],
    ]);
    expect(await run('XLEN s')).toBe(':0');
  });

  transcript('what is missing or wrong', [
    ['XACKDEL s g IDS 2 1-1 2-2', '*2 :-1 :-1'],
    ['XADD s 1-1 f v', '$3 1-1'],
    ['XACKDEL s g IDS 1 1-1', '*1 :-1'],
    ['XGROUP CREATE s g 0', '+OK'],
    ['XACKDEL s g IDS 1 1-1', '*1 :-1'],
    ['XACKDEL s g', "-ERR wrong number of arguments for 'xackdel' command"],
    ['XACKDEL s g IDS x 1-1', NO_NUMBER],
    ['XACKDEL s g IDS 3 1-1 2-2', TOO_FEW],
    ['XACKDEL s g IDS 1 1-1 2-2', SYNTAX],
    ['XACKDEL s g DELREF ACKED IDS 1 1-1', SYNTAX],
    ['XACKDEL s g IDS 1 *', INVALID_ID],
    ['XLEN s', ':1'],
    ['RPUSH l a', ':1'],
    ['XACKDEL l g IDS 1 1-1', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
  ]);
});

describe('XTRIM and XADD with a policy for references:', () => {
  test('KEEPREF is what happens without one', async () => {
    await delivered(4);
    await expectReplies([['XTRIM s MAXLEN 2 KEEPREF', ':2']]);
    expect(await pending()).toBe(':4 :4');
  });

  test('DELREF takes what is trimmed off the lists, and counts nothing as deleted', async () => {
    await delivered(4);
    await expectReplies([
      ['XTRIM s DELREF MAXLEN = 3', ':1'],
      ['XTRIM s MINID 3 DELREF', ':1'],
    ]);
    expect(await pending()).toBe(':2 :2');
    expect(await run('XINFO STREAM s')).toContain('$20 max-deleted-entry-id $3 0-0');
    expect(await run('XADD s DELREF MAXLEN 1 9-0 f v')).toBe('$3 9-0');
    expect(await pending()).toBe(':0 :0');
  });

  test('ACKED goes on behind what must stay', async () => {
    await delivered(5);
    for (const group of ['g1', 'g2']) await run(`XACK s ${group} 2-0 4-0 5-0`);
    await expectReplies([
      ['XTRIM s MAXLEN 3 ACKED', ':2'],
      ['XRANGE s - + COUNT 9', '*3 *2 $3 1-0 *2 $1 f $1 v *2 $3 3-0 *2 $1 f $1 v *2 $3 5-0 *2 $1 f $1 v'],
      ['XTRIM s MINID 5 ACKED', ':0'],
      ['XTRIM s MAXLEN 0 ACKED', ':1'],
      ['XADD s ACKED MAXLEN 0 7-0 f v', '$3 7-0'],
      ['XLEN s', ':3'],
    ]);
    expect(await pending()).toBe(':2 :2');
  });

  test('~ keeps to whole blocks', async () => {
    await run('CONFIG SET stream-node-max-entries 3');
    await delivered(8);
    for (const group of ['g1', 'g2']) await run(`XACK s ${group} 1-0 2-0 4-0 5-0 6-0`);
    await expectReplies([
      ['XTRIM s MAXLEN ~ 4 ACKED', ':2'],
      ['XTRIM s MAXLEN ~ 2 LIMIT 1 ACKED', ':1'],
      ['XTRIM s MINID ~ 8 DELREF', ':3'],
      ['XLEN s', ':2'],
      ['CONFIG SET stream-node-max-entries 100', '+OK'],
    ]);
    expect(await pending()).toBe(':2 :2');
  });

  test('thousands go in one call', async () => {
    for (let i = 1; i <= 3000; i++) await run(`XADD s ${i}-0 f v`);
    await run('XGROUP CREATE s g1 0');
    await run('XGROUP CREATE s g2 $');
    await run('XREADGROUP GROUP g1 c COUNT 2000 STREAMS s >');
    for (let i = 1; i <= 2000; i += 2) await run(`XACK s g1 ${i}-0`);
    await expectReplies([
      ['XTRIM s MAXLEN 10 ACKED', ':1000'],
      ['XTRIM s MAXLEN 10 DELREF', ':1990'],
      ['XLEN s', ':10'],
    ]);
    expect(await pending()).toBe(':0 :0');
  });

  transcript('a policy stands once, and is no strategy', [
    ['XADD s 1-1 f v', '$3 1-1'],
    ['XTRIM s MAXLEN 0 KEEPREF DELREF', SYNTAX],
    ['XTRIM s MAXLEN 0 ACKED ACKED', SYNTAX],
    ['XTRIM s ACKED DELREF', SYNTAX],
    ['XADD s KEEPREF ACKED * f v', INVALID_ID],
    ['XADD s DELREF 2-2 f v', '$3 2-2'],
    ['XLEN s', ':2'],
  ]);
});
