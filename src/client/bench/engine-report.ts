import type { EngineFigures } from './engine-run.js';
import { count, ms, tableText } from './report-text.js';

/** `160k`, `1M`, `12345` as a number of keys. Throws an Error that names the text otherwise. */
export function parseKeyCount(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([kM]?)$/.exec(text.trim()) ?? [];
  const keys = number === '' ? NaN : Number(number) * (unit === 'k' ? 1_000 : unit === 'M' ? 1_000_000 : 1);
  if (keys >= 1 && keys <= 100_000_000) return keys;
  throw new Error(`'${text}' is not a number of keys such as 160k or 1M (at most 100M)`);
}

export function engineText(figures: EngineFigures): string {
  const percent = `${+(figures.confidence * 100).toFixed(2)} %`;
  const rows = [
    ['', 'per second', `${percent} interval`, 'worst stall ms', 'GC ms', 'longest GC ms'],
    ...figures.phases.map((phase) => [
      phase.phase,
      count(phase.perSecond),
      `${count(phase.low)} .. ${phase.high === Infinity ? 'unknown' : count(phase.high)}`,
      ms(phase.stallMs),
      ms(phase.gcMs),
      ms(phase.gcMsMax),
    ]),
  ];
  return [
    `${figures.engine}, ${count(figures.keys)} keys, ${figures.rounds} rounds`,
    tableText(rows),
    `  ${figures.overheadBytesPerKey.toFixed(1)} bytes a key beyond key and value`,
    '',
  ].join('\n');
}
