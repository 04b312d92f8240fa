import type { Server } from '../../server.js';

/** What an event means, and what to do about it. */
const ADVICE: Readonly<Record<string, string>> = {
  command:
    'commands that walk through large values: see SLOWLOG GET, and replace KEYS, SMEMBERS and the like by their SCAN forms',
  'fast-command':
    'commands that should always be fast: the machine is busy, or garbage was collected meanwhile',
  'expire-cycle': 'many keys expired together: spread their times',
  'eviction-cycle': 'many keys had to make room: raise maxmemory, or write less at once',
};

/** LATENCY DOCTOR: in words, what took long and why that may be. */
export function latencyReport(server: Server): string {
  const thresholdMs = server.config['latency-monitor-threshold'];
  if (thresholdMs === 0) {
    return 'Latency monitoring is off. Switch it on with: CONFIG SET latency-monitor-threshold <milliseconds>.\n';
  }
  const events = server.latency.latest();
  if (events.length === 0) return `Nothing has taken longer than ${thresholdMs} ms so far.\n`;
  const lines = events.map(({ event, last, maxMs }) => {
    const samples = server.latency.history(event);
    const mean = samples.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / samples.length;
    const deviation =
      samples.reduce((sum, { latencyMs }) => sum + Math.abs(latencyMs - mean), 0) / samples.length;
    const seconds = Math.max(1, Math.floor(server.nowMs / 1000) - samples[0]!.timeSeconds);
    const advice = ADVICE[event];
    return (
      `${event}: ${samples.length} samples, one in ${(seconds / samples.length).toFixed(1)} s, ` +
      `mean ${Math.round(mean)} ms, mean deviation ${Math.round(deviation)} ms, ` +
      `last ${last.latencyMs} ms, worst ${maxMs} ms.\n` +
      (advice === undefined ? '' : `  Likely: ${advice}.\n`)
    );
  });
  return `Longer than ${thresholdMs} ms:\n${lines.join('')}`;
}
