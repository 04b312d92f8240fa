import type { LatencySample } from '../../info/latency.js';

/** Columns of a graph; what is more goes into a second one below. */
const COLUMNS = 80;
const ROWS = 4;
/** A row tells three heights apart; columns are filled below their top. */
const TOPS = '_o#';
const STEPS = ROWS * TOPS.length;

/** The samples as columns, the oldest first, each with its age written downwards below it: Redis's layout. */
export function graphText(samples: readonly LatencySample[], nowSeconds: number): string {
  const all = samples.map(({ latencyMs }) => latencyMs);
  const min = Math.min(...all);
  const span = Math.max(1, Math.max(...all) - min);
  const columns = samples.map(({ latencyMs, timeSeconds }) => {
    const step = Math.min(STEPS - 1, Math.floor(((latencyMs - min) * STEPS) / span));
    return `${bar(step)} ${age(nowSeconds - timeSeconds)}`;
  });
  const parts: string[] = [];
  for (let from = 0; from < columns.length; from += COLUMNS) {
    parts.push(upright(columns.slice(from, from + COLUMNS)));
  }
  return parts.join('\n');
}

/** A column from its top down to its foot. */
function bar(step: number): string {
  const top = Math.floor(step / TOPS.length);
  return ' '.repeat(ROWS - 1 - top) + TOPS.charAt(step % TOPS.length) + '|'.repeat(top);
}

function age(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** Lines whose characters at one place are one of `columns`. */
function upright(columns: readonly string[]): string {
  const height = Math.max(...columns.map((column) => column.length));
  let text = '';
  for (let row = 0; row < height; row++) {
    text += `${columns.map((column) => column[row] ?? ' ').join('')}\n`;
  }
  return text;
}
