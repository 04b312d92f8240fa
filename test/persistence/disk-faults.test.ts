import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { RawConnection, until } from '../compat/targets.js';
import { MredisProcess } from './mredis-process.js';

let directory: string;
let servers: MredisProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mredis-faults-'));
  servers = [];
});

afterEach(async () => {
  for (const server of servers) await server.end('SIGKILL');
  spawnSync('umount', [directory]);
  rmSync(`${directory}.img`, { force: true });
  rmSync(directory, { recursive: true, force: true });
});

async function start(...options: readonly string[]): Promise<RawConnection> {
  const server = await MredisProcess.start(directory, '--appendonly', 'yes', ...options);
  servers.push(server);
  return RawConnection.open(server.port);
}

async function restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<RawConnection> {
  await servers.at(-1)!.end(signal);
  return start();
}

/** INFO persistence, or what came of asking within half a second, as a client of its own. */
async function persistenceInfo(): Promise<string> {
  const connection = await RawConnection.open(servers[0]!.port);
  const timer = setTimeout(() => {
    connection.close();
  }, 500);
  const info = await connection.call('INFO', 'persistence');
  clearTimeout(timer);
  connection.close();
  return info;
}

/** Mounts a file system of 2 MB at the directory; why that cannot be, or null. */
function mountSmall(): string | null {
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory], {
    encoding: 'utf8',
  });
  return status === 0 ? null : (error?.message ?? stderr);
}

/** True where this process may mount; says aloud when not. */
function mayMount(): boolean {
  directory = mkdtempSync(join(tmpdir(), 'mredis-faults-'));
  const reason = mountSmall();
  spawnSync('umount', [directory]);
  rmSync(directory, { recursive: true, force: true });
  if (reason !== null)
    console.warn(`the file system tests are left out, mounting is not possible here: ${reason}`);
  return reason === null;
}

/** Mounts an ext4 that an error makes read-only, in a file beside the directory; the name of its device. */
function mountFragile(): string {
  writeFileSync(imagePath(), Buffer.alloc(8 * 1024 * 1024));
  run('mkfs.ext4', '-q', imagePath());
  run('mount', '-o', 'loop,errors=remount-ro', imagePath(), directory);
  return basename(run('losetup', '-n', '-O', 'NAME', '-j', imagePath()).trim());
}

/** Repairs it, and mounts it again. */
function remountFragile(): void {
  run('umount', directory);
  // Ends with 1 where it has corrected something, as it has here.
  spawnSync('e2fsck', ['-fy', imagePath()]);
  run('mount', '-o', 'loop', imagePath(), directory);
}

function imagePath(): string {
  return `${directory}.img`;
}

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
  return stdout;
}

/** True where an ext4 can be mounted whose errors a test may trigger; says aloud when not. */
function mayTriggerErrors(): boolean {
  directory = mkdtempSync(join(tmpdir(), 'mredis-faults-'));
  try {
    if (existsSync(`/sys/fs/ext4/${mountFragile()}/trigger_fs_error`)) return true;
    throw new Error('this kernel cannot trigger errors of ext4');
  } catch (error) {
    console.warn(`the test of a disk error is left out: ${String(error)}`);
    return false;
  } finally {
    spawnSync('umount', [directory]);
    rmSync(imagePath(), { force: true });
    rmSync(directory, { recursive: true, force: true });
  }
}

const VALUE = 'x'.repeat(10_000);
const FULL = '-MISCONF Errors writing to the AOF file: No space left on device\r\n';

/** Writes until that is refused or not answered; the number of acknowledged writes. */
async function writeUntilRefused(connection: RawConnection, refusal: string): Promise<number> {
  for (let i = 0; i < 1000; i++) {
    const reply = await connection.call('SET', `key:${i}`, VALUE);
    if (reply === refusal) return i;
    expect(reply).toBe('+OK\r\n');
  }
  throw new Error('no write was refused');
}

if (mayMount()) {
  describe('on a file system of its own', () => {
    test('a full disk: writes are refused, reads go on, and service resumes when there is room (everysec)', async () => {
      expect(mountSmall()).toBeNull();
      const ballast = join(directory, 'ballast');
      writeFileSync(ballast, Buffer.alloc(512 * 1024));
      const connection = await start('--appendfsync', 'everysec');
      const written = await writeUntilRefused(connection, FULL);
      expect(await connection.call('GET', 'key:0')).toContain(VALUE);
      expect(await connection.call('PING')).toBe(FULL);
      expect(await connection.call('INFO', 'persistence')).toContain('aof_last_write_status:err');
      rmSync(ballast);
      await until(async () => (await connection.call('SET', 'after', '1')) === '+OK\r\n');
      expect(await connection.call('INFO', 'persistence')).toContain('aof_last_write_status:ok');
      const again = await restart('SIGKILL');
      expect(await again.call('DBSIZE')).toBe(`:${written + 1}\r\n`);
      expect(await again.call('GET', `key:${written - 1}`)).toContain(VALUE);
      expect(servers.at(-1)!.log).not.toContain('are dropped');
    }, 120_000);

    test('a full disk with always: nothing is acknowledged that is not on it, and others read on', async () => {
      expect(mountSmall()).toBeNull();
      const ballast = join(directory, 'ballast');
      writeFileSync(ballast, Buffer.alloc(512 * 1024));
      const connection = await start('--appendfsync', 'always');
      const other = await RawConnection.open(servers[0]!.port);
      let written = 0;
      let waiting: Promise<string>;
      for (; ; written++) {
        let reply = '';
        waiting = connection.call('SET', `key:${written}`, VALUE);
        void waiting.then((text) => {
          reply = text;
        });
        // A reply of the very turn in which the disk fails waits with that of the write, so each look is a client's own.
        await until(async () => reply !== '' || (await persistenceInfo()).includes('write_status:err'));
        if (reply === '') break;
      }
      expect(await other.call('GET', 'key:0')).toContain(VALUE);
      expect(await other.call('SET', 'other', '1')).toBe(FULL);
      rmSync(ballast);
      // The one that waited was kept back until it was on disk.
      expect(await waiting).toBe('+OK\r\n');
      expect(await other.call('SET', 'other', '1')).toBe('+OK\r\n');
      const again = await restart('SIGKILL');
      expect(await again.call('DBSIZE')).toBe(`:${written + 2}\r\n`);
    }, 120_000);

    test('a read-only file system stops the start, and what is there stays sound', async () => {
      expect(mountSmall()).toBeNull();
      const connection = await start('--appendfsync', 'always');
      expect(await connection.call('SET', 'a', '1')).toBe('+OK\r\n');
      await servers[0]!.end('SIGKILL');
      expect(spawnSync('mount', ['-o', 'remount,ro', directory]).status).toBe(0);
      await expect(start()).rejects.toThrow(/read-only|EROFS/i);
      expect(spawnSync('mount', ['-o', 'remount,rw', directory]).status).toBe(0);
      expect(await (await start()).call('GET', 'a')).toBe('$1\r\n1\r\n');
    }, 120_000);

    test('a file system that becomes read-only under a running server: saves fail, writes are refused until one succeeds', async () => {
      expect(mountSmall()).toBeNull();
      const server = await MredisProcess.start(directory, '--appendonly', 'no', '--save', '3600 1');
      servers.push(server);
      const connection = await RawConnection.open(server.port);
      expect(await connection.call('SET', 'a', '1')).toBe('+OK\r\n');
      expect(await connection.call('SAVE')).toBe('+OK\r\n');
      expect(spawnSync('mount', ['-o', 'remount,ro', directory]).status).toBe(0);
      expect(await connection.call('SET', 'b', '2')).toBe('+OK\r\n');
      expect(await connection.call('BGSAVE')).toBe('+Background saving started\r\n');
      await until(async () => (await connection.call('INFO', 'persistence')).includes('bgsave_status:err'));
      expect(await connection.call('SET', 'c', '3')).toContain('-MISCONF Redis is configured to save RDB');
      expect(await connection.call('GET', 'b')).toBe('$1\r\n2\r\n');
      expect(spawnSync('mount', ['-o', 'remount,rw', directory]).status).toBe(0);
      expect(await connection.call('BGSAVE')).toBe('+Background saving started\r\n');
      await until(async () => (await connection.call('INFO', 'persistence')).includes('bgsave_status:ok'));
      expect(await connection.call('SET', 'c', '3')).toBe('+OK\r\n');
      await server.end('SIGKILL');
      const again = await MredisProcess.start(directory, '--appendonly', 'no');
      servers.push(again);
      expect(await (await RawConnection.open(again.port)).call('MGET', 'a', 'b', 'c')).toBe(
        '*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n',
      );
    }, 120_000);

    test('a rewrite that finds no room leaves the old files in use, and the next one succeeds', async () => {
      expect(mountSmall()).toBeNull();
      const connection = await start('--appendfsync', 'everysec', '--rdbcompression', 'no');
      for (let i = 0; i < 80; i++) await connection.call('SET', `key:${i}`, VALUE);
      const ballast = join(directory, 'ballast');
      writeFileSync(ballast, Buffer.alloc(900 * 1024));
      await connection.call('BGREWRITEAOF');
      await until(async () =>
        (await connection.call('INFO', 'persistence')).includes('bgrewrite_status:err'),
      );
      expect(await connection.call('SET', 'after', '1')).toBe('+OK\r\n');
      expect(
        readdirSync(join(directory, 'appendonlydir')).filter((name) => name.startsWith('temp-')),
      ).toEqual([]);
      rmSync(ballast);
      await connection.call('BGREWRITEAOF');
      await until(async () => (await connection.call('INFO', 'persistence')).includes('aof_rewrites:1'));
      expect(await (await restart('SIGKILL')).call('DBSIZE')).toBe(':81\r\n');
    }, 120_000);
  });
  if (mayTriggerErrors()) {
    test('a disk error makes the file system read-only under the log: writes are refused, what was synced is there', async () => {
      const device = mountFragile();
      const connection = await start('--appendfsync', 'always');
      expect(await connection.call('SET', 'a', '1')).toBe('+OK\r\n');
      const other = await RawConnection.open(servers[0]!.port);
      // As the kernel does when it comes upon an error of the disk: files that are open for writing do not keep it from it.
      writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, '1');
      const refused = connection.call('SET', 'b', '2');
      await until(async () => (await persistenceInfo()).includes('write_status:err'));
      expect(await other.call('SET', 'c', '3')).toBe(
        '-MISCONF Errors writing to the AOF file: Read-only file system\r\n',
      );
      expect(await other.call('GET', 'a')).toBe('$1\r\n1\r\n');
      await servers[0]!.end('SIGKILL');
      expect(await refused).toBe('(closed)');
      remountFragile();
      const again = await start();
      expect(await again.call('MGET', 'a', 'b', 'c')).toBe('*3\r\n$1\r\n1\r\n$-1\r\n$-1\r\n');
    }, 120_000);
  }
} else if (process.env['CI'] === 'true') {
  test('file systems can be mounted: run these tests as root with CAP_SYS_ADMIN', () => {
    expect(mountSmall()).toBeNull();
  });
}

test('a directory that vanishes is written anew from memory', async () => {
  const connection = await start('--appendfsync', 'always');
  await connection.call('SET', 'before', '1');
  renameSync(join(directory, 'appendonlydir'), join(directory, 'gone'));
  await until(async () => (await connection.call('INFO', 'persistence')).includes('aof_rewrites:1'));
  expect(servers[0]!.log).toContain('was removed while in use');
  await connection.call('SET', 'after', '1');
  expect(await (await restart('SIGKILL')).call('DBSIZE')).toBe(':2\r\n');
}, 60_000);

test('SIGTERM during a rewrite ends the server, and nothing is lost or left over', async () => {
  const connection = await start('--appendfsync', 'everysec');
  for (let i = 0; i < 20_000; i++) connection.send(['SET', `key:${i}`, 'value']);
  for (let i = 0; i < 20_000; i++) await connection.reply();
  await connection.call('BGREWRITEAOF');
  const again = await restart('SIGTERM');
  expect(await again.call('DBSIZE')).toBe(':20000\r\n');
  const names = readdirSync(join(directory, 'appendonlydir'));
  expect(names.filter((name) => name.startsWith('temp-'))).toEqual([]);
}, 60_000);

test('FLUSHALL of an empty server is written, as Redis does', async () => {
  const connection = await start('--appendfsync', 'always');
  const folder = join(directory, 'appendonlydir');
  const increment = join(
    folder,
    readdirSync(folder).find((name) => name.includes('.incr.'))!,
  );
  const bytes = statSync(increment).size;
  await connection.call('FLUSHALL');
  expect(statSync(increment).size).toBeGreaterThan(bytes);
}, 60_000);
