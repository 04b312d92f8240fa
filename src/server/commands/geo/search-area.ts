import {
  type Cell,
  cellOf,
  distanceMeters,
  edgesOf,
  latitudeDegrees,
  longitudeDegrees,
  type Position,
  STEPS_MAX,
} from '../../../bytes/geohash.js';

/** What a search covers, around a center. Lengths are in `unitMeters`. */
export interface Shape {
  readonly center: Position;
  /** Of a circle; NaN where the shape is a box. */
  radius: number;
  /** Of a box. */
  width: number;
  height: number;
  unitMeters: number;
}

/** Half of the map's width at the equator, in meters. */
const MAP_METERS_MAX = 20_037_726.37;

function isCircle(shape: Shape): boolean {
  return !Number.isNaN(shape.radius);
}

/** Meters from the center to a position inside the shape, or NaN for one outside. */
export function distanceInside(shape: Shape, position: Position): number {
  const { center, unitMeters } = shape;
  if (isCircle(shape)) {
    const distance = distanceMeters(center, position);
    return distance > shape.radius * unitMeters ? NaN : distance;
  }
  const across = distanceMeters(position, { longitude: center.longitude, latitude: position.latitude });
  if (across > (shape.width * unitMeters) / 2) return NaN;
  const along = distanceMeters(position, { longitude: position.longitude, latitude: center.latitude });
  if (along > (shape.height * unitMeters) / 2) return NaN;
  return distanceMeters(center, position);
}

/**
 * The cells that together cover a shape: the one around its center and those of its eight neighbours that are needed, in
 * the order in which Redis searches them, which shows where results are not sorted.
 */
export function cellsOf(shape: Shape): Cell[] {
  const { longitude, latitude } = shape.center;
  const bounds = boundsOf(shape);
  let steps = stepsFor(reachMeters(shape), latitude);
  let middle = cellOf(longitude, latitude, steps);
  if (steps > 1 && !neighboursCover(middle, bounds)) {
    steps--;
    middle = cellOf(longitude, latitude, steps);
  }
  const edges = edgesOf(middle);
  const skips = {
    south: steps >= 2 && edges.south < bounds.south,
    north: steps >= 2 && edges.north > bounds.north,
    west: steps >= 2 && edges.west < bounds.west,
    east: steps >= 2 && edges.east > bounds.east,
  };
  const cells = [middle];
  for (const [columns, rows] of NEIGHBOURS) {
    if ((rows > 0 && skips.north) || (rows < 0 && skips.south)) continue;
    if ((columns > 0 && skips.east) || (columns < 0 && skips.west)) continue;
    const cell = neighbour(middle, columns, rows);
    // On a map of few cells, both neighbours of a side are the same one.
    const last = cells[cells.length - 1]!;
    if (cells.length > 1 && last.column === cell.column && last.row === cell.row) continue;
    cells.push(cell);
  }
  return cells;
}

/** North, south, east, west, and the corners: columns to the east, rows to the north. */
const NEIGHBOURS = [
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

function neighbour({ column, row, steps }: Cell, columns: number, rows: number): Cell {
  const mask = 2 ** steps - 1;
  return { column: (column + columns) & mask, row: (row + rows) & mask, steps };
}

interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

function boundsOf(shape: Shape): Bounds {
  const { unitMeters } = shape;
  const { longitude, latitude } = shape.center;
  const height = unitMeters * (isCircle(shape) ? shape.radius : shape.height / 2);
  const width = unitMeters * (isCircle(shape) ? shape.radius : shape.width / 2);
  const rows = latitudeDegrees(height);
  // Meridians stand closest at the edge that is nearer to a pole.
  const columns = longitudeDegrees(width, latitude < 0 ? latitude - rows : latitude + rows);
  return {
    west: longitude - columns,
    south: latitude - rows,
    east: longitude + columns,
    north: latitude + rows,
  };
}

/** From the center to the farthest point of the shape. */
function reachMeters(shape: Shape): number {
  const { unitMeters, radius, width, height } = shape;
  if (isCircle(shape)) return radius * unitMeters;
  return Math.sqrt((width / 2) * (width / 2) + (height / 2) * (height / 2)) * unitMeters;
}

/** How often to halve the map so that a cell and its neighbours cover a circle. */
function stepsFor(radiusMeters: number, latitude: number): number {
  if (radiusMeters === 0) return STEPS_MAX;
  let steps = 1;
  for (let meters = radiusMeters; meters < MAP_METERS_MAX; meters *= 2) steps++;
  steps -= 2;
  // Cells are narrower towards the poles.
  if (Math.abs(latitude) > 66) steps--;
  if (Math.abs(latitude) > 80) steps--;
  return Math.max(1, Math.min(STEPS_MAX, steps));
}

function neighboursCover(middle: Cell, bounds: Bounds): boolean {
  return (
    edgesOf(neighbour(middle, 0, 1)).north >= bounds.north &&
    edgesOf(neighbour(middle, 0, -1)).south <= bounds.south &&
    edgesOf(neighbour(middle, 1, 0)).east >= bounds.east &&
    edgesOf(neighbour(middle, -1, 0)).west <= bounds.west
  );
}
