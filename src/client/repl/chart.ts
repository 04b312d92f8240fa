const EIGHTHS = ' ▁▂▃▄▅▆▇█';

/**
 * Values over time as bars of `rows` rows, the newest on the right, the highest filling the height. Each string is one
 * row, the top one first, exactly `columns` wide.
 */
export function barChart(values: readonly number[], columns: number, rows: number): string[] {
  const shown = values.slice(-columns).map((value) => (Number.isFinite(value) ? Math.max(0, value) : 0));
  const highest = Math.max(...shown, 0);
  const heights = shown.map((value) => (highest === 0 ? 0 : Math.round((value / highest) * rows * 8)));
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * 8;
    const bars = heights.map((height) => EIGHTHS.charAt(Math.max(0, Math.min(8, height - below))));
    return bars.join('').padStart(columns);
  });
}
