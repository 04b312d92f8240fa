import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { RawConnection, RedisTarget } from '../compat/targets.js';
import { freePort } from '../free-port.js';
import { startRedis } from './redis-process.js';
import { describeWithTmux, TmuxTerminal } from './tmux-terminal.js';

describeWithTmux('the prompt on a terminal', () => {
  let server: RedisTarget;
  let connection: RawConnection;
  let terminal: TmuxTerminal;
  let prompt = '';
  beforeAll(async () => {
    server = await RedisTarget.start({});
    connection = await RawConnection.open(server.port);
    prompt = `127.0.0.1:${server.port}>`;
  });
  afterAll(async () => {
    connection.close();
    await server.stop();
  });
  beforeEach(async () => {
    await connection.call('FLUSHALL');
  });
  afterEach(() => {
    terminal.stop();
  });

  const start = async (
    argv: readonly string[] = [],
    options: ConstructorParameters<typeof TmuxTerminal>[1] = {},
  ): Promise<void> => {
    terminal = new TmuxTerminal(['-p', String(server.port), ...argv], options);
    await terminal.see(prompt);
  };
  /** Presses keys in an empty line, waits for the line they make, and clears it. */
  const line = async (keys: readonly string[], expected: string): Promise<void> => {
    terminal.type(...keys);
    const wanted = `${prompt} ${expected}`;
    // Behind a complete command stands the hint of what may follow.
    await terminal.until(
      (screen) => screen.some((row) => row.trimEnd() === wanted || row.startsWith(`${wanted} [`)),
      expected,
    );
    terminal.type('C-c');
    await terminal.see(prompt);
  };

  test('a session reads as redis-cli would show it, and the terminal is as before', async () => {
    await start();
    for (const command of [
      'SET user:1 "John Doe"',
      'GET user:1',
      'SET counter 42',
      'GET counter',
      'DEL user:1',
      'GET user:1',
      'PING',
      'FOO',
      'quit',
    ]) {
      terminal.type(command, 'Enter');
    }
    const screen = await terminal.see('exit code 0');
    expect(screen.slice(1)).toEqual([
      `${prompt} SET user:1 "John Doe"`,
      'OK',
      `${prompt} GET user:1`,
      '"John Doe"',
      `${prompt} SET counter 42`,
      'OK',
      `${prompt} GET counter`,
      '"42"',
      `${prompt} DEL user:1`,
      '(integer) 1',
      `${prompt} GET user:1`,
      '(nil)',
      `${prompt} PING`,
      'PONG',
      `${prompt} FOO`,
      "(error) ERR unknown command 'FOO', with args beginning with:",
      `${prompt} quit`,
      'Goodbye!',
      'exit code 0',
    ]);
    terminal.type('stty -a | grep -oE "[-]?(icanon|echo) "', 'Enter');
    await terminal.see('icanon');
    await terminal.see('echo');
  }, 30_000);

  test('every editing key does what it does in emacs', async () => {
    await start();
    await line(['abc', 'Left', 'Left', 'X'], 'aXbc');
    await line(['abc', 'C-a', 'X', 'C-e', 'Y'], 'XabcY');
    await line(['abc', 'Home', 'X', 'End', 'Y'], 'XabcY');
    await line(['abc', 'C-b', 'C-b', 'C-f', 'X'], 'abXc');
    await line(['one two', 'M-b', 'X'], 'one Xtwo');
    await line(['one two', 'C-a', 'M-f', 'X'], 'oneX two');
    await line(['one two', 'C-Left', 'C-Left', 'C-Right', 'X'], 'oneX two');
    await line(['abc', 'BSpace', 'BSpace'], 'a');
    await line(['abc', 'C-h'], 'ab');
    await line(['abc', 'C-a', 'DC'], 'bc');
    await line(['abc', 'C-a', 'C-d'], 'bc');
    await line(['one two', 'C-a', 'M-f', 'C-k'], 'one');
    await line(['one two', 'M-b', 'C-u'], 'two');
    await line(['one a-b', 'C-w', 'X'], 'one X');
    await line(['one a-b', 'M-BSpace', 'X'], 'one a-X');
    await line(['one two', 'C-a', 'M-d', 'X'], 'X two');
    await line(['one two', 'C-w', 'C-a', 'C-y', 'X'], 'twoXone');
    await line(['ab', 'C-t'], 'ba');
    await line(['one two', 'C-w', 'C-_'], 'one two');
  }, 60_000);

  test('wide and joined characters count as one and take the room they take', async () => {
    await start();
    terminal.type('日本👨‍👩‍👧é', 'Left', 'BSpace', 'Left', 'X');
    await terminal.see(`${prompt} 日X本é`);
    expect(terminal.cursor()[0]).toBe(prompt.length + 1 + 3);
    terminal.type('C-c');
    await terminal.see(`${prompt} 日X本é^C`);
  }, 30_000);

  test('Ctrl-C clears the line, Ctrl-L the screen, Ctrl-D leaves', async () => {
    await start();
    terminal.type('GET abc', 'C-c', 'ECHO a', 'Enter');
    await terminal.see('"a"');
    terminal.type('ECHO b', 'C-l');
    const screen = await terminal.until((rows) => rows[0] === `${prompt} ECHO b message`.slice(0, -8));
    expect(screen.some((row) => row.includes('"a"'))).toBe(false);
    terminal.type('C-u', 'C-d');
    expect((await terminal.see('exit code 0')).slice(-2)).toEqual(['Goodbye!', 'exit code 0']);
  }, 30_000);

  test('Ctrl-Z stops it, and fg brings the line back', async () => {
    await start();
    terminal.type('ECHO "back', 'C-z');
    await terminal.see(/Stopped/);
    terminal.type('echo $((6*7))', 'Enter');
    await terminal.see('42');
    terminal.type('fg', 'Enter');
    await terminal.see(/> ECHO "back/);
    terminal.type(' again"', 'Enter');
    await terminal.see('"back again"');
  }, 30_000);

  test('history goes up and down, is searched, suggests, and keeps no passwords', async () => {
    await start();
    for (const command of ['SET a 1', 'GET a', 'AUTH secret', 'CONFIG SET requirepass ""'])
      terminal.type(command, 'Enter');
    await terminal.until((screen) => screen.filter((row) => row.startsWith('OK')).length === 2);
    await line(['Up'], 'GET a');
    await line(['Up', 'Up'], 'SET a 1');
    await line(['draft', 'Up', 'Down'], 'draft');
    await line(['C-r', 'set', 'C-a'], 'SET a 1');
    terminal.type('C-r', 'nothing like it');
    await terminal.see(/^\(failed reverse-i-search\)'nothing like it':/);
    terminal.type('C-g');
    await line(['SET', 'Right'], 'SET a 1');
    await line(['G', 'End'], 'GET a');
    expect(readFileSync(terminal.historyFile, 'utf8')).toBe('SET a 1\nGET a\n');
    terminal.type('C-d');
    await terminal.see('exit code 0');
    terminal.type('clear', 'Enter');
    terminal.run(['-p', String(server.port)]);
    await terminal.see(prompt);
    await line(['Up', 'Up'], 'SET a 1');
  }, 30_000);

  test('Tab completes commands, subcommands, options and keys', async () => {
    await connection.call('SET', 'customer:1', 'x');
    await connection.call('SET', 'with space', 'x');
    await start();
    await terminal.until((screen) => screen.length > 0);
    await line(['hgeta', 'Tab', 'X'], 'hgetall X');
    await line(['OBJECT ENC', 'Tab', 'X'], 'OBJECT ENCODING X');
    await line(['GET cus', 'Tab', 'X'], 'GET customer:1 X');
    await line(['GET wi', 'Tab', 'X'], 'GET "with space" X');
    await line(['SET k v keep', 'Tab', 'X'], 'SET k v keepttl X');
    await line(['help @sor', 'Tab', 'X'], 'help @sorted-set X');
    terminal.type('GETE', 'Tab');
    await terminal.see(new RegExp(`^${prompt} GETEX key `));
    terminal.type('C-u', 'hincr', 'Tab');
    await terminal.see(/^hincrby {2}hincrbyfloat/);
    terminal.type('Tab', 'Tab');
    await terminal.see(new RegExp(`^${prompt} hincrbyfloat key`));
  }, 30_000);

  test('hints show what is missing, and warnings what is wrong', async () => {
    await start();
    terminal.type('SET');
    await terminal.see(/> SET key value \[NX\|XX\] \[GET\]/);
    terminal.type(' k v EX');
    await terminal.see(/> SET k v EX seconds \[NX\|XX\]/);
    terminal.type('C-u', 'CLIENT NOSUCH x');
    await terminal.see(/^! unknown subcommand 'NOSUCH' of CLIENT/);
    terminal.type('C-u', 'GET a b');
    await terminal.see(/^! 'b' does not fit here: GET/);
    terminal.type('C-u', 'HSET k');
    await terminal.see(/^! HSET needs at least 3 arguments/);
    terminal.type('C-u', 'nosuch x');
    await terminal.see(/^! unknown command 'nosuch'/);
    terminal.type('C-u', ':set nohints', 'Enter', 'SET');
    await terminal.see(`${prompt} SET`);
  }, 30_000);

  test('a pasted script of 1,000 lines waits for Enter and then runs whole', async () => {
    await start();
    terminal.paste(Array.from({ length: 1000 }, (_, i) => `RPUSH pasted ${i}`).join('\n'));
    await terminal.see(/\.\.\. \d+ rows above/);
    expect(await connection.call('LLEN', 'pasted')).toBe(':0\r\n');
    terminal.type('Enter');
    await terminal.see('(integer) 1000');
    expect(await connection.call('LINDEX', 'pasted', '-1')).toBe('$3\r\n999\r\n');
    expect(terminal.scrollback().filter((row) => row.startsWith(`${prompt} RPUSH pasted`))).toHaveLength(
      1000,
    );
  }, 30_000);

  test('lines typed faster than they run are all run', async () => {
    await start();
    terminal.type('-l', Array.from({ length: 50 }, (_, i) => `RPUSH typed ${i}\r`).join(''));
    await terminal.see('(integer) 50');
    expect(await connection.call('LRANGE', 'typed', '48', '49')).toBe('*2\r\n$2\r\n48\r\n$2\r\n49\r\n');
  }, 30_000);

  test('a reply of 100,000 elements loses no line', async () => {
    await connection.call('EVAL', "for i=1,100000 do redis.call('RPUSH','big',i) end", '0');
    await start();
    terminal.type('LRANGE big 0 -1', 'Enter');
    await terminal.see('100000) "100000"');
    const rows = terminal.scrollback().filter((row) => /^ *\d+\) "\d+"$/.test(row));
    expect(rows).toHaveLength(100_000);
    expect(rows[0]).toBe('     1) "1"');
    expect(rows[54_320]).toBe(' 54321) "54321"');
  }, 60_000);

  test('on 40 columns long lines break and stay editable, also after a resize', async () => {
    await start([], { columns: 40 });
    terminal.type(`ECHO ${'x'.repeat(60)}`, 'C-a', 'C-k', 'C-y', 'tail');
    const screen = await terminal.until((rows) => rows.some((row) => /^x+tail/.test(row)));
    expect(Math.max(...screen.map((row) => row.length))).toBeLessThanOrEqual(40);
    terminal.resize(60, 20);
    terminal.type('Enter');
    await terminal.see(new RegExp(`^"x+$`));
    expect(terminal.scrollback().join('')).toContain(`"${'x'.repeat(60)}tail"`);
  }, 30_000);

  test('the prompt shows database and transaction', async () => {
    await start();
    for (const command of ['SELECT 2', 'MULTI', 'GET a', 'EXEC']) terminal.type(command, 'Enter');
    await terminal.see('1) (nil)');
    expect(terminal.screen()).toEqual(
      expect.arrayContaining([`127.0.0.1:${server.port}[2]> MULTI`, `127.0.0.1:${server.port}[2](TX)> EXEC`]),
    );
  }, 30_000);

  test('messages and MONITOR lines stream, filtered, until Ctrl-C', async () => {
    await start();
    terminal.type('SUBSCRIBE news', 'Enter');
    await terminal.see('3) (integer) 1');
    await connection.call('PUBLISH', 'news', 'hello');
    await terminal.see('3) "hello"');
    terminal.type('C-c');
    await terminal.see(prompt);
    terminal.type('MONITOR --cmd get --match user:*', 'Enter');
    await terminal.see('OK');
    await connection.call('GET', 'other');
    await connection.call('SET', 'user:1', 'x');
    await connection.call('GET', 'user:1');
    await terminal.see(/"GET" "user:1"$/);
    expect(terminal.screen().join()).not.toMatch(/"other"|"SET"/);
    terminal.type('C-c', 'PING', 'Enter');
    await terminal.see('PONG');
  }, 30_000);

  test('replies go into shell commands', async () => {
    await connection.call('SET', 'text', 'one\ntwo');
    await start();
    terminal.type('GET text | wc -l', 'Enter');
    await terminal.see(/^\s*2$/);
    terminal.type('ECHO "|"', 'Enter');
    await terminal.see('"|"');
  }, 30_000);

  test('a key of any type can be looked at', async () => {
    await connection.call('RPUSH', 'l', ...Array.from({ length: 12 }, (_, i) => `e${i}`));
    await connection.call('ZADD', 'z', '1.5', 'm');
    await connection.call('SET', 'j', '{"a":[1,2]}', 'EX', '100');
    await start();
    terminal.type('peek l', 'Enter');
    await terminal.see(/^"l": list, \w+, 12 elements, .* in memory, no TTL$/);
    await terminal.see('  ... 2 more');
    terminal.type('peek z', 'Enter');
    await terminal.see('  "m"     1.5');
    terminal.type('peek j --decode', 'Enter');
    await terminal.see('JSON:');
    await terminal.see('  "a": [');
    terminal.type('peek none', 'Enter');
    await terminal.see('No such key.');
  }, 30_000);

  test('prefixes are counted as a tree', async () => {
    for (const key of ['user:1:name', 'user:1:mail', 'user:2:name', 'order:1', 'plain'])
      await connection.call('SET', key, 'v');
    await start();
    terminal.type('prefixes', 'Enter');
    const screen = await terminal.see(/order:\*/);
    const counts = screen.map((row) =>
      /^ *(\S+) +(\d+) keys? +[\d.]+[BKM]$/.exec(row)?.slice(1, 3).join(' '),
    );
    expect(counts.filter((row) => row !== undefined)).toEqual([
      '(all) 5',
      'user:* 3',
      '1:* 2',
      '2:* 1',
      'order:* 1',
    ]);
  }, 30_000);

  test('help tells what a command does, from the server connected to', async () => {
    await start();
    terminal.type('help getdel', 'Enter');
    await terminal.see('  GETDEL key');
    await terminal.see(/^ {2}since: 6\.2\.0$/);
    terminal.type('C-l', 'help @hyperloglog', 'Enter');
    await terminal.see(/^ {2}PFSELFTEST/);
    terminal.type('C-l', 'help nonsense', 'Enter');
    await terminal.see(/^No help for 'nonsense'. Groups: @bitmap/);
  }, 30_000);

  test('a dangerous command on a production server asks first', async () => {
    await connection.call('SET', 'precious', '1');
    await start([], { env: { MREDIS_PRODUCTION: 'db.example 127.0.0.*' } });
    terminal.type('FLUSHALL', 'Enter');
    await terminal.see(/FLUSHALL deletes every key.*\[y\/N\]/);
    terminal.type('Enter');
    await terminal.see('Not sent.');
    expect(await connection.call('EXISTS', 'precious')).toBe(':1\r\n');
    terminal.type('FLUSHALL', 'Enter', 'y');
    await terminal.see('OK');
    expect(await connection.call('EXISTS', 'precious')).toBe(':0\r\n');
  }, 30_000);

  test('key:value mode sets a key and reads it back', async () => {
    await start(['--kv']);
    for (const text of ['hello:world', 'foo:bar', 'test:123', 'nonsense', 'quit'])
      terminal.type(text, 'Enter');
    const screen = await terminal.see('exit code 0');
    expect(screen.filter((row) => !row.startsWith(prompt)).slice(1)).toEqual([
      'got value from the server; result=world',
      'got value from the server; result=bar',
      'got value from the server; result=123',
      'Type key:value, or quit.',
      'Goodbye!',
      'exit code 0',
    ]);
  }, 30_000);

  test('the dashboard draws charts and gives the screen back', async () => {
    await start();
    terminal.type('quit', 'Enter');
    await terminal.see('exit code 0');
    terminal.run(['-p', String(server.port), '--stat', '-i', '0.2']);
    await terminal.see(/^operations\/s/);
    await terminal.see(/^latency p99 +p50 \d/);
    await terminal.see(/█/);
    terminal.type('q');
    await terminal.until(
      (screen) =>
        screen.some((row) => row.startsWith('Goodbye!')) && !screen.some((row) => row.startsWith('latency')),
    );
  }, 30_000);

  test('killed in the middle of a line, it leaves the terminal as it was', async () => {
    await start();
    terminal.type('GET ab', 'C-z');
    await terminal.see(/Stopped/);
    terminal.type('fg & sleep 0.1; kill -CONT %1; kill -TERM %1; wait', 'Enter');
    terminal.type('stty -a | grep -oE "[-]?(icanon|echo) "', 'Enter');
    await terminal.see('icanon');
    await terminal.see('echo');
  }, 30_000);
});

describeWithTmux('a server that goes away', () => {
  let terminal: TmuxTerminal;
  afterEach(() => {
    terminal.stop();
  });

  test('is found again, with database and name restored', async () => {
    const port = await freePort();
    const first = await startRedis(port);
    terminal = new TmuxTerminal(['-p', String(port)]);
    await terminal.see(`127.0.0.1:${port}>`);
    for (const command of ['SELECT 3', 'CLIENT SETNAME me', 'SET a 1']) terminal.type(command, 'Enter');
    await terminal.until((screen) => screen.filter((row) => row === 'OK').length === 3);
    await first.stop();
    await terminal.see('not connected>');
    terminal.type('PING', 'Enter');
    await terminal.see(`Could not connect to Redis at 127.0.0.1:${port}: Connection refused`);
    const second = await startRedis(port);
    await terminal.see(`127.0.0.1:${port}[3]>`);
    terminal.type('CLIENT GETNAME', 'Enter');
    await terminal.see('"me"');
    terminal.type('SELECT 0', 'Enter');
    await terminal.see(`127.0.0.1:${port}>`);
    await second.stop();
  }, 30_000);

  test('may come later than the prompt', async () => {
    const port = await freePort();
    terminal = new TmuxTerminal(['-p', String(port)]);
    await terminal.see('not connected>');
    const server = await startRedis(port);
    await terminal.see(`127.0.0.1:${port}>`);
    await server.stop();
  }, 30_000);
});
