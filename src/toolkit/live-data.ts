import type { AofSet } from '../persistence/toolkit/aof-set.js';
import { setBytes } from '../persistence/toolkit/aof-set.js';
import type { Progress } from '../persistence/toolkit/progress.js';
import { type KeySize, KeySizeWriter } from './key-size-writer.js';
import { OfflineState } from './offline-state.js';

/** What a set amounts to now, and what of it a rewrite would free. */
export interface LiveData {
  keys: number;
  /** Size of the files, and of the RDB file that holds the same data. */
  fileBytes: number;
  liveBytes: number;
  deadBytes: number;
  biggestKeys: KeySize[];
}

/** Loads the data, which takes the memory of a server that holds it. Rejects with an `AofDamagedError` when it cannot be loaded. */
export async function measureLiveData(set: AofSet, top: number, progress: Progress): Promise<LiveData> {
  const state = await OfflineState.load(set, progress);
  const writer = new KeySizeWriter(top, state.rdbVersion);
  await state.tell(writer);
  writer.finish();
  const fileBytes = setBytes(set);
  const liveBytes = writer.offset;
  return {
    keys: state.keys,
    fileBytes,
    liveBytes,
    deadBytes: Math.max(0, fileBytes - liveBytes),
    biggestKeys: writer.biggest,
  };
}
