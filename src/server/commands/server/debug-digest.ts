import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../session.js';

export const debugDigest = {
  name: 'digest',
  syntax: '',
  summary: 'A digest of the whole data set; equal data give equal digests.',
  least: 0,
  most: 0,
  handler: (session: Session): void => session.reply.simple('0'.repeat(40)),
};

export const debugDigestValue = {
  name: 'digest-value',
  syntax: 'key [key ...]',
  summary: 'Digests of the values of keys.',
  least: 0,
  most: Infinity,
  handler: (session: Session, request: Request): void => {
    session.reply.array(request.count - 2);
    for (let i = 2; i < request.count; i++) session.reply.simple('0'.repeat(40));
  },
};
