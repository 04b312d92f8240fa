import type { Bytes } from '../bytes/bytes.js';

/**
 * Is told of every change to the parts of large values, before it happens: a snapshot keeps what it has not written yet.
 * Parts are named by their owner: a dictionary by its ref, a list by the ref of its directory, a stream by its root.
 */
export interface ValueWatch {
  /** An entry of a dictionary is about to change or to go. */
  entryChanging(dict: number, entry: number): void;
  /** An entry is new. */
  entryAdded(dict: number, entry: number): void;
  /** The expire time of a field of a hash is about to change. */
  fieldTimeChanging(dict: number, field: Bytes): void;
  /** A block of a list or of a stream is about to change or to be released. */
  blockChanging(owner: number, block: number): void;
  /** A block is new. */
  blockAdded(owner: number, block: number): void;
  /** The directory of a list is now another one. */
  directoryMoved(from: number, to: number): void;
}
