import type { RdbVisitor } from '../rdb/rdb-visitor.js';

const nothing = (): void => undefined;

/** Takes what an RDB file holds and keeps nothing: for reading one only to see whether it can be read. */
export const NULL_VISITOR: RdbVisitor = {
  select: nothing,
  resize: nothing,
  aux: nothing,
  functionLibrary: nothing,
  string: nothing,
  listStart: nothing,
  listElement: nothing,
  setStart: nothing,
  setMember: nothing,
  zsetStart: nothing,
  zsetMember: nothing,
  hashStart: nothing,
  hashField: nothing,
  streamStart: nothing,
  streamEntry: nothing,
  streamInfo: nothing,
  streamGroup: nothing,
  streamPending: nothing,
  streamConsumers: nothing,
  streamConsumer: nothing,
  streamConsumerPending: nothing,
  end: nothing,
};
