import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ReplyDecoder } from '../../src/protocol/reply-decoder.js';
import { ReplyProtocolError } from '../../src/protocol/reply.js';

test('noise is decoded or refused, and nothing else is thrown', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .string({ unit: fc.constantFrom(...Array.from('+-:,(#_$!=*~>%|0123tf\r\n')), maxLength: 60 })
      .map((s) => Buffer.from(s)),
  );
  fc.assert(
    fc.property(noise, (input) => {
      const thrown = thrownBy(() => {
        new ReplyDecoder(() => undefined).push(input);
      });
      expect(thrown === undefined || thrown instanceof ReplyProtocolError).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

function thrownBy(action: () => void): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
