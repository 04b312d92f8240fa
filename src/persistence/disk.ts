import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';

/** Everything that changes files a server must find again after a crash, in one place: a test can look on or fail it. */
export const disk = {
  openSync,
  closeSync,
  writeSync,
  ftruncateSync,
  fsyncSync,
  fsync,
  fdatasyncSync,
  fdatasync,
  renameSync,
  linkSync,
  rmSync,
  mkdirSync,
};
