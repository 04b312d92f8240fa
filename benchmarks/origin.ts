import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Origin } from './figures.js';
import { ROOT } from './servers.js';

/** The machine and the versions, as they are now. */
export function origin(): Origin {
  const all = cpus();
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string };
  const redis = /v=(\S+)/.exec(output('redis-server', ['--version']))?.[1] ?? '?';
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: output('git', ['-C', ROOT, 'rev-parse', '--short', 'HEAD']),
    machine: `${all.length} x ${all[0]?.model.trim() ?? 'unknown CPU'}, ${memory}, ${type()} ${release()}`,
    versions: `mredis ${version} on Node ${process.versions.node}; redis-server ${redis}`,
    load: loadavg()[0]?.toFixed(1) ?? '?',
  };
}

function output(file: string, args: readonly string[]): string {
  return execFileSync(file, [...args], { encoding: 'utf8' }).trim();
}
