import type { Session } from '../../session.js';

/* A digest that is wrong would let a comparison pass that should fail: better none. */
const UNSUPPORTED = 'ERR DEBUG DIGEST is not supported';

export const debugDigest = {
  name: 'digest',
  syntax: '',
  summary: 'Not supported: a digest of the whole data set.',
  least: 0,
  most: 0,
  handler: (session: Session): void => session.reply.error(UNSUPPORTED),
};

export const debugDigestValue = {
  name: 'digest-value',
  syntax: 'key [key ...]',
  summary: 'Not supported: digests of the values of keys.',
  least: 0,
  most: Infinity,
  handler: (session: Session): void => session.reply.error(UNSUPPORTED),
};
