import { describe, expect, test } from '@jest/globals';
import { RandomSource } from '../../../src/client/bench/random-source.js';
import {
  requestTemplates,
  RequestWriter,
  TemplateChooser,
  type Operation,
} from '../../../src/client/bench/request-template.js';
import { parseValueSizes } from '../../../src/client/bench/value-size.js';

function writer(
  operations: readonly Operation[],
  sizes: string,
  keys: number,
  draw: () => number,
): RequestWriter {
  const templates = requestTemplates(operations, parseValueSizes(sizes), keys);
  return new RequestWriter(new TemplateChooser(templates, new RandomSource(1)), draw, 4, keys);
}

const set: Operation = { name: 'set', weight: 1, commands: [['SET', 'key:__rand_int__', '__data__']] };

describe('RequestWriter', () => {
  test('fills in twelve digits and the value', () => {
    let next = 41;
    const bytes = writer([set], '3', 1000, () => ++next).fill(2);
    expect(bytes.toString()).toBe(
      '*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000042\r\n$3\r\nxxx\r\n' +
        '*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000043\r\n$3\r\nxxx\r\n',
    );
  });

  test('a smaller number leaves no digits of the larger one before it', () => {
    const drawn = [999, 7];
    const one = writer([set], '1', 1000, () => drawn.shift() ?? 0);
    one.fill(1);
    expect(one.fill(1).toString()).toContain('key:000000000007');
  });

  test('writes key numbers beyond 32 bits', () => {
    expect(
      writer([set], '1', 999_999_999_999, () => 123_456_789_012)
        .fill(1)
        .toString(),
    ).toContain('key:123456789012');
  });

  test('without a key space the word stays, so that every request has the same key', () => {
    expect(
      writer([set], '1', 0, () => 5)
        .fill(1)
        .toString(),
    ).toContain('$16\r\nkey:__rand_int__\r\n');
  });

  test('__key__ is one number throughout an operation, __rand_int__ a new one each time', () => {
    let next = 0;
    const operation: Operation = {
      name: 'both',
      weight: 1,
      commands: [
        ['INCR', 'a:__key__'],
        ['MSET', '__rand_int__', 'x', '__rand_int__', 'y'],
        ['EXPIRE', 'a:__key__', '60'],
      ],
    };
    const text = writer([operation], '1', 100, () => ++next)
      .fill(1)
      .toString();
    expect(text.match(/0{10}\d\d/g)).toEqual([
      '000000000003',
      '000000000001',
      '000000000002',
      '000000000003',
    ]);
  });

  test('counts the length of arguments in bytes', () => {
    const operation: Operation = { name: 'set', weight: 1, commands: [['SET', 'ключ', '__data__é']] };
    expect(
      writer([operation], '2', 0, () => 0)
        .fill(1)
        .toString(),
    ).toBe('*3\r\n$3\r\nSET\r\n$8\r\nключ\r\n$4\r\nxxé\r\n');
  });

  test('mixes operations and sizes by weight, and says which request is which', () => {
    const get: Operation = { name: 'get', weight: 3, commands: [['GET', 'k']] };
    const one = writer([get, set], '1:1,9:1', 10, () => 0);
    const counts = [0, 0];
    const lengths = new Set<string>();
    for (let i = 0; i < 5000; i++) {
      const text = one.fill(4).toString();
      for (const operation of one.operations) counts[operation] = (counts[operation] ?? 0) + 1;
      for (const match of text.matchAll(/\$(\d)\r\nx+/g)) lengths.add(match[1] ?? '');
    }
    expect(Math.abs((counts[0] ?? 0) / 20_000 - 0.75)).toBeLessThan(0.02);
    expect(lengths).toEqual(new Set(['1', '9']));
  });
});
