import type { ReplyWriter } from '../../../protocol/reply-writer.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';

const SAMPLES: Readonly<Record<string, (reply: ReplyWriter, session: Session) => void>> = {
  string: (reply) => reply.text('Hello World'),
  integer: (reply) => reply.integer(12345),
  double: (reply) => reply.double(3.141),
  bignum: (reply) => reply.bigNumber('1234567999999999999999999999999999999'),
  null: (reply) => reply.null(),
  array: (reply) => {
    reply.array(3);
    for (let i = 0; i < 3; i++) reply.integer(i);
  },
  set: (reply) => {
    reply.set(3);
    for (let i = 0; i < 3; i++) reply.integer(i);
  },
  map: (reply) => {
    reply.map(3);
    for (let i = 0; i < 3; i++) {
      reply.integer(i);
      reply.boolean(i === 1);
    }
  },
  attrib: (reply, session) => {
    if (session.resp === 3) {
      reply.attribute(1);
      reply.text('key-popularity');
      reply.array(2);
      reply.text('key:123');
      reply.integer(90);
    }
    reply.text('Some real reply following the attribute');
  },
  push: (reply, session) => {
    if (session.resp === 2) return reply.error('ERR RESP2 is not supported by this command');
    reply.push(2);
    reply.text('server-cpu-usage');
    reply.integer(42);
    reply.text('Some real reply following the push reply');
  },
  verbatim: (reply) => reply.verbatim('txt', 'This is a verbatim\nstring'),
  true: (reply) => reply.boolean(true),
  false: (reply) => reply.boolean(false),
};

export const debugProtocol = {
  name: 'protocol',
  syntax: 'type',
  summary: 'Replies with a sample of that type of RESP.',
  least: 1,
  most: 1,
  handler: (session: Session, request: Request): void => {
    const type = request.word(2);
    const sample = Object.hasOwn(SAMPLES, type) ? SAMPLES[type] : undefined;
    if (sample !== undefined) return sample(session.reply, session);
    session.reply.error(
      `ERR Wrong protocol type name. Please use one of the following: ${Object.keys(SAMPLES).join('|')}`,
    );
  },
};
