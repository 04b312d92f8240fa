import { expect, test } from '@jest/globals';
import { ServedClient } from './served-client.js';

const served = new ServedClient();

function sample(latencyMs: number, minutesAgo: number): void {
  served.server.latency.add('command', latencyMs, served.server.nowMs - minutesAgo * 60_000 - 30_000);
}

test('LATENCY GRAPH draws columns with their ages below, as redis-server does', async () => {
  for (const [latencyMs, minutesAgo] of [
    [200, 24],
    [10, 4],
    [50, 3],
    [20, 2],
    [100, 1],
  ] as const) {
    sample(latencyMs, minutesAgo);
  }
  const lines = (await served.client.call('LATENCY', 'GRAPH', 'command')).split('\n').slice(1);
  expect(lines).toEqual([
    'command - high 200 ms, low 10 ms (all time high 200 ms)',
    '-'.repeat(80),
    '#    ',
    '|    ',
    '|   #',
    '|_#_|',
    '     ',
    '24321',
    '4mmmm',
    'm    ',
    '\r',
    '',
  ]);
});

test('More samples than a row has columns are drawn in two rows', async () => {
  for (let i = 100; i > 0; i--) sample(5, i);
  const lines = (await served.client.call('LATENCY', 'GRAPH', 'command')).split('\n');
  expect(lines.filter((line) => line.startsWith('_')).map((line) => line.length)).toEqual([80, 20]);
});

test('Calls and times of subcommands are their own, not those of their container', async () => {
  await served.client.call('CLIENT', 'ID');
  await served.client.call('CONFIG', 'GET', 'port');
  expect(await served.client.call('INFO', 'commandstats')).toMatch(
    /cmdstat_client\|id:calls=1,usec=[1-9]\d*,/,
  );
  const latencies = await served.client.call('INFO', 'latencystats');
  expect(latencies).toContain('latency_percentiles_usec_client|id:');
  expect(latencies).toContain('latency_percentiles_usec_config|get:');
  expect(latencies).not.toContain('latency_percentiles_usec_client:');
});
