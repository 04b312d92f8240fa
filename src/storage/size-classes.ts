const UNIT_BITS = 3;
/** Largest cell of a run; 7 of them fit a run with little waste. */
const CELL_BYTES_MAX = 9312;

/** 16, 24, … 256 bytes in steps of 8, then steps of an eighth, so that rounding up wastes at most 12 %. */
function sizeClasses(): Int32Array {
  const sizes: number[] = [];
  for (
    let size = 16;
    size <= CELL_BYTES_MAX;
    size = size < 256 ? size + 8 : Math.ceil((size * 1.125) / 8) * 8
  ) {
    sizes.push(size);
  }
  return Int32Array.from(sizes);
}

function classOfUnits(): Uint8Array {
  const largest = CLASS_BYTES[CLASS_BYTES.length - 1] ?? 0;
  const table = new Uint8Array((largest >>> UNIT_BITS) + 1);
  for (let units = 0, sizeClass = 0; units < table.length; units++) {
    while ((CLASS_BYTES[sizeClass] ?? 0) < units << UNIT_BITS) sizeClass++;
    table[units] = sizeClass;
  }
  return table;
}

/** Bytes of the cells of each size class. */
export const CLASS_BYTES = sizeClasses();
/** The class for a number of units of 8 bytes. */
export const CLASS_OF_UNITS = classOfUnits();
export const CELL_LARGEST = CLASS_BYTES[CLASS_BYTES.length - 1] ?? 0;
