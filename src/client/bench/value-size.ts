/**
 * Sizes of values. Every size needs its own ready-made request, so a distribution is kept as at most
 * `VARIANTS_MAX` sizes with weights.
 */
export interface ValueSize {
  readonly bytes: number;
  readonly weight: number;
}

const VARIANTS_MAX = 32;
/** As Redis's proto-max-bulk-len: 512 MB. */
const VALUE_BYTES_MAX = 512 * 1024 * 1024;

/**
 * Reads `64` (always), `10-1000` (uniform), `32:80,1024:15,16384:5` (sizes with weights), `exp:200` (exponential
 * with that mean, as many caches have). Throws an Error that names the text when it is none of these.
 */
export function parseValueSizes(text: string): readonly ValueSize[] {
  const exponential = /^exp:(\d+)$/i.exec(text);
  if (exponential) return quantiles((q) => -Math.log(1 - q) * Number(exponential[1]), text);
  const range = /^(\d+)-(\d+)$/.exec(text);
  if (range) {
    const [low, high] = [Number(range[1]), Number(range[2])];
    if (low <= high) return quantiles((q) => low + q * (high + 1 - low), text);
  }
  const sizes = text.split(',').map((part) => {
    const [bytes, weight = '1', ...rest] = part.split(':');
    return { bytes: wholeNumber(bytes), weight: rest.length === 0 ? Number(weight) : NaN };
  });
  if (sizes.length > VARIANTS_MAX)
    throw new Error(`value size '${text}' names more than ${VARIANTS_MAX} sizes`);
  if (sizes.every((size) => size.weight > 0)) return checked(sizes, text);
  throw refusal(text);
}

/** The mean of `sizes` in bytes. */
export function meanBytes(sizes: readonly ValueSize[]): number {
  const weight = sizes.reduce((sum, size) => sum + size.weight, 0);
  return sizes.reduce((sum, size) => sum + size.bytes * size.weight, 0) / weight;
}

function quantiles(valueAt: (quantile: number) => number, text: string): readonly ValueSize[] {
  const sizes = Array.from({ length: VARIANTS_MAX }, (_, i) => ({
    bytes: Math.floor(valueAt((i + 0.5) / VARIANTS_MAX)),
    weight: 1,
  }));
  return checked(sizes, text);
}

function checked(sizes: readonly ValueSize[], text: string): readonly ValueSize[] {
  if (sizes.every(({ bytes }) => Number.isInteger(bytes) && bytes >= 0 && bytes <= VALUE_BYTES_MAX))
    return sizes;
  throw refusal(text);
}

function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : NaN;
}

function refusal(text: string): Error {
  return new Error(
    `value size '${text}' is none of: BYTES, LOW-HIGH, BYTES:WEIGHT,BYTES:WEIGHT…, exp:MEAN (up to ${VALUE_BYTES_MAX} bytes)`,
  );
}
