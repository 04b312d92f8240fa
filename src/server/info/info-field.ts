/** Name and value of one line of INFO. */
export type InfoField = readonly [name: string, value: string | number];

export function flag(value: boolean): number {
  return value ? 1 : 0;
}

/** Bytes with a unit, as INFO's `_human` fields have them. */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const units = ['K', 'M', 'G', 'T', 'P'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(2)}${units[unit]!}`;
}
