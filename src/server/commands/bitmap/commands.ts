import type { CommandSpec } from '../command.js';
import { getbit, setbit } from './bit.js';
import { bitcount, bitpos } from './bitcount.js';
import { bitfield, bitfieldRo } from './bitfield.js';
import { bitop } from './bitop.js';

export const BITMAP_COMMANDS: readonly CommandSpec[] = [
  bitcount,
  bitfield,
  bitfieldRo,
  bitop,
  bitpos,
  getbit,
  setbit,
];
