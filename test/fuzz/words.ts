import fc from 'fast-check';

/** The words of a command, or a part of them. */
export type Words = fc.Arbitrary<readonly string[]>;
type Part = string | fc.Arbitrary<string> | Words;

export const words = (...parts: readonly Part[]): Words =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((found: readonly (string | readonly string[])[]) => found.flat());

export const maybe = (part: Words): Words => fc.oneof(fc.constant<readonly string[]>([]), part);
export const oneOf = (...choices: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...choices);
export const integer = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map(String);
export const several = (part: Part, minLength: number, maxLength: number): Words =>
  fc.array(words(part), { minLength, maxLength }).map((found) => found.flat());
/** One to three names with their number before them, as many commands want them. */
export const counted = (name: fc.Arbitrary<string>): Words =>
  fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => [String(names.length), ...names]);

/** Short names that meet often, and some that do not fit where short ones do. */
export const member = fc.oneof(
  { weight: 6, arbitrary: integer(0, 12).map((i) => `m${i}`) },
  { weight: 3, arbitrary: integer(0, 200).map((i) => `member:${i}`) },
  oneOf('', 'ab', '\xff', 'x'.repeat(63), 'x'.repeat(70), 'y'.repeat(200)),
);
export const anyInteger = fc.oneof(
  { weight: 5, arbitrary: integer(-20, 200) },
  oneOf(
    '32767',
    '32768',
    '-32769',
    '2147483648',
    '-2147483649',
    '9223372036854775807',
    '-9223372036854775808',
  ),
);
