import { fstatSync, readSync } from 'node:fs';

/** Reads up to `length` bytes, those from `offset` of the file on, to `to[at…]`; how many, 0 at the end. */
export type ReadBytes = (to: Buffer, at: number, length: number, offset: number) => number;

/** Reads the open file `fd`, whatever its own position is. */
export function readerOf(fd: number): ReadBytes {
  return (to, at, length, offset) => readSync(fd, to, at, length, offset);
}

export function fileSize(fd: number): number {
  return fstatSync(fd).size;
}
