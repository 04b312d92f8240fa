import type { AofSetFile } from './aof-set.js';

/**
 * Told every few megabytes how far a file has been read or copied. It is awaited, so that signals get through, and may
 * throw to end the work: then nothing of an output remains.
 */
export type Progress = (file: AofSetFile, offset: number) => Promise<void>;

export const NO_PROGRESS: Progress = () => Promise.resolve();

/** Bytes between two calls: about 10 ms of reading. */
export const PROGRESS_BYTES = 8 * 1024 * 1024;
