/*
 * Positions as numbers of 52 bits, the scores of geo commands: the ranges of longitude and latitude are halved 26 times
 * each, and the bits that tell the half are interleaved, latitude in the even ones. Near positions share upper bits.
 *
 * Degrees as in EPSG:900913; latitudes beyond 85.05112878 cannot be expressed. The earth is a sphere here.
 */

export const LONGITUDE_MAX = 180;
export const LATITUDE_MAX = 85.05112878;
/** Halvings of a score. */
export const STEPS_MAX = 26;

const EARTH_RADIUS_METERS = 6_372_797.560856;
const DEGREE = Math.PI / 180;

/** A position in degrees. */
export interface Position {
  longitude: number;
  latitude: number;
}

/** A part of the map: one of 4^steps rectangles, by its column from the west and its row from the south. */
export interface Cell {
  readonly column: number;
  readonly row: number;
  readonly steps: number;
}

export function isOnMap(longitude: number, latitude: number): boolean {
  return Math.abs(longitude) <= LONGITUDE_MAX && Math.abs(latitude) <= LATITUDE_MAX;
}

/** The score of a position on the map. */
export function scoreOfPosition(longitude: number, latitude: number): number {
  return bitsOf(cellOf(longitude, latitude, STEPS_MAX));
}

/** The cell that a position lies in. */
export function cellOf(longitude: number, latitude: number, steps: number, latitudeMax = LATITUDE_MAX): Cell {
  return {
    column: Math.trunc(((longitude + LONGITUDE_MAX) / (2 * LONGITUDE_MAX)) * 2 ** steps),
    row: Math.trunc(((latitude + latitudeMax) / (2 * latitudeMax)) * 2 ** steps),
    steps,
  };
}

/** The interleaved bits of a cell, `2 * steps` of them. */
export function bitsOf({ column, row }: Cell): number {
  const low = spread(row & HALF_MASK) + 2 * spread(column & HALF_MASK);
  const high = spread(row >>> HALF_BITS) + 2 * spread(column >>> HALF_BITS);
  return high * 2 ** (2 * HALF_BITS) + low;
}

/** Scores in `[first, end)` lie in the cell. */
export function scoresOfCell(cell: Cell): { first: number; end: number } {
  const scale = 4 ** (STEPS_MAX - cell.steps);
  const bits = bitsOf(cell);
  return { first: bits * scale, end: (bits + 1) * scale };
}

/** The west, south, east and north edges of a cell, in degrees. */
export function edgesOf(cell: Cell): { west: number; south: number; east: number; north: number } {
  const { column, row, steps } = cell;
  return {
    west: edge(column, steps, LONGITUDE_MAX),
    south: edge(row, steps, LATITUDE_MAX),
    east: edge(column + 1, steps, LONGITUDE_MAX),
    north: edge(row + 1, steps, LATITUDE_MAX),
  };
}

function edge(index: number, steps: number, max: number): number {
  return -max + (index / 2 ** steps) * (2 * max);
}

/** Sets `to` to the middle of the cell that a score names. */
export function readPosition(score: number, to: Position): Position {
  const inRange = score >= 0 && score < 2 ** (4 * HALF_BITS);
  const column = inRange ? gather(score, 1) : gatherWide(score, 1);
  const row = inRange ? gather(score, 0) : gatherWide(score, 0);
  to.longitude = middle(column, LONGITUDE_MAX);
  to.latitude = middle(row, LATITUDE_MAX);
  return to;
}

function middle(index: number, max: number): number {
  const degrees = (edge(index, STEPS_MAX, max) + edge(index + 1, STEPS_MAX, max)) / 2;
  return Math.max(-max, Math.min(max, degrees));
}

/** Bits are interleaved in halves of 13, which stay within 32-bit integers. */
const HALF_BITS = 13;
const HALF_MASK = (1 << HALF_BITS) - 1;

/** Puts a zero before each bit of a half. */
function spread(half: number): number {
  let bits = half;
  bits = (bits | (bits << 8)) & 0x00ff_00ff;
  bits = (bits | (bits << 4)) & 0x0f0f_0f0f;
  bits = (bits | (bits << 2)) & 0x3333_3333;
  return (bits | (bits << 1)) & 0x5555_5555;
}

/** Every second bit of a score of 52 bits, from bit `first` on. */
function gather(score: number, first: 0 | 1): number {
  const low = score % 2 ** (2 * HALF_BITS);
  const high = Math.floor(score / 2 ** (2 * HALF_BITS));
  return unspread(low >>> first) | (unspread(high >>> first) << HALF_BITS);
}

function unspread(interleaved: number): number {
  let bits = interleaved & 0x5555_5555;
  bits = (bits | (bits >>> 1)) & 0x3333_3333;
  bits = (bits | (bits >>> 2)) & 0x0f0f_0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff_00ff;
  return (bits | (bits >>> 8)) & 0xffff;
}

/** As `gather`, for scores that no position has, of up to 64 bits: those of other sorted sets. */
function gatherWide(score: number, first: 0 | 1): number {
  const bits = Number.isFinite(score) ? BigInt.asUintN(64, BigInt(Math.trunc(score))) : 1n << 63n;
  let gathered = 0;
  for (let bit = 0; bit < 32; bit++) {
    if (((bits >> BigInt(2 * bit + first)) & 1n) !== 0n) gathered += 2 ** bit;
  }
  return gathered;
}

const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';
const STANDARD_LATITUDE_MAX = 90;
/** Characters for 52 bits, 5 each, and a last one that is always 0. */
const GEOHASH_CHARACTERS = 10;

/** The standard geohash of a position, in 11 characters as Redis gives it. */
export function geohashText({ longitude, latitude }: Position): string {
  const bits = BigInt(bitsOf(cellOf(longitude, latitude, STEPS_MAX, STANDARD_LATITUDE_MAX)));
  let text = '';
  for (let i = 1; i <= GEOHASH_CHARACTERS; i++) {
    text += ALPHABET.charAt(Number((bits >> BigInt(2 * STEPS_MAX - 5 * i)) & 31n));
  }
  return `${text}0`;
}

/** Meters between two positions, along a great circle. */
export function distanceMeters(a: Position, b: Position): number {
  const latitudeA = a.latitude * DEGREE;
  const latitudeB = b.latitude * DEGREE;
  const u = Math.sin((latitudeB - latitudeA) / 2);
  const v = Math.sin((b.longitude * DEGREE - a.longitude * DEGREE) / 2);
  const squared = u * u + Math.cos(latitudeA) * Math.cos(latitudeB) * v * v;
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(squared));
}

/** Degrees of latitude that `meters` are. */
export function latitudeDegrees(meters: number): number {
  return meters / EARTH_RADIUS_METERS / DEGREE;
}

/** Degrees of longitude that `meters` are at a latitude. */
export function longitudeDegrees(meters: number, latitude: number): number {
  return meters / EARTH_RADIUS_METERS / Math.cos(latitude * DEGREE) / DEGREE;
}
