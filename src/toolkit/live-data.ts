import type { AofSet } from '../persistence/toolkit/aof-set.js';
import { setBytes } from '../persistence/toolkit/aof-set.js';
import { type KeySize, KeySizeWriter } from './key-size-writer.js';
import type { OfflineData } from './state-parts.js';

/** What a set amounts to now, and what of it a rewrite would free. */
export interface LiveData {
  keys: number;
  /** Size of the files, and of the RDB file that holds the same data. */
  fileBytes: number;
  liveBytes: number;
  deadBytes: number;
  biggestKeys: KeySize[];
}

/** Rejects with an `AofDamagedError` when the data cannot be loaded. */
export async function measureLiveData(set: AofSet, data: OfflineData, top: number): Promise<LiveData> {
  let writer: KeySizeWriter | null = null;
  await data.tell((version) => (writer = new KeySizeWriter(top, version)));
  writer!.finish();
  const fileBytes = setBytes(set);
  const liveBytes = writer!.offset;
  return {
    keys: data.keys,
    fileBytes,
    liveBytes,
    deadBytes: Math.max(0, fileBytes - liveBytes),
    biggestKeys: writer!.biggest,
  };
}
