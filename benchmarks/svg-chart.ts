import type { RatioInterval } from '../src/client/bench/ratio-interval.js';

export interface Bar {
  readonly title: string;
  readonly interval: Pick<RatioInterval, 'ratio' | 'low' | 'high'>;
  readonly target: number;
}

const WIDTH = 820;
const LABELS = 300;
const ROW = 22;
const TOP = 44;
const RIGHT = 60;

/** Bars of proportions to redis on a straight scale from 0, each with its interval and its target. */
export function ratioChart(bars: readonly Bar[]): string {
  const top =
    Math.ceil(Math.max(2, ...bars.map((bar) => Math.min(bar.interval.high, 2 * bar.interval.ratio))) * 2) / 2;
  const x = (ratio: number): number =>
    round(LABELS + (Math.min(ratio, top) / top) * (WIDTH - LABELS - RIGHT));
  const height = TOP + bars.length * ROW + 12;
  const grid = Array.from({ length: top * 2 + 1 }, (_, i) => i / 2);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>Throughput of mredis in proportion to redis-server</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="8" y="16" font-weight="bold">requests per second, redis-server = 1 (whisker: 95 % interval, tick: target)</text>`,
    ...grid.map((ratio) => {
      const colour = ratio === 1 ? '#444444' : '#dddddd';
      const line = `<line x1="${x(ratio)}" x2="${x(ratio)}" y1="${TOP - 6}" y2="${height - 8}" stroke="${colour}"/>`;
      return `${line}<text x="${x(ratio)}" y="${TOP - 10}" text-anchor="middle" fill="#666666">${ratio}</text>`;
    }),
    ...bars.map((bar, i) => barMarkup(bar, TOP + i * ROW, x)),
    '</svg>',
    '',
  ].join('\n');
}

function barMarkup({ title, interval, target }: Bar, y: number, x: (ratio: number) => number): string {
  const { ratio, low, high } = interval;
  const middle = y + ROW / 2;
  const colour = low > 1 ? '#2a8f4f' : high < 1 ? '#c0392b' : '#8a8a8a';
  const right = x(Math.max(ratio, high)) + 6;
  return [
    `<text x="8" y="${middle + 4}">${escapeXml(title)}</text>`,
    `<rect x="${x(0)}" y="${y + 4}" width="${round(x(ratio) - x(0))}" height="${ROW - 8}" fill="${colour}" opacity="0.75"/>`,
    `<line x1="${x(low)}" x2="${x(high)}" y1="${middle}" y2="${middle}" stroke="#000000"/>`,
    `<line x1="${x(target)}" x2="${x(target)}" y1="${y + 2}" y2="${y + ROW - 2}" stroke="#1f4e9c" stroke-width="2"/>`,
    `<text x="${right}" y="${middle + 4}">${ratio.toFixed(2)}</text>`,
  ].join('');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
