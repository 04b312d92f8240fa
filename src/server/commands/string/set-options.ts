import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { EX, EXAT, type ExpireUnit, PX, PXAT } from '../../arguments/expire-time.js';
import type { Session } from '../../clients/session.js';
import { type CompareCondition, isCompareCondition } from './compare-condition.js';

/** What SET, MSETEX or GETEX was told besides keys and values. */
export interface SetOptions {
  nx: boolean;
  xx: boolean;
  get: boolean;
  keepTtl: boolean;
  persist: boolean;
  unit: ExpireUnit | null;
  /** The argument that holds the expire time, if `unit` is set. */
  timeAt: number;
  /** SET: what must hold of the string that is there. */
  condition: CompareCondition | null;
  /** The argument it is compared with, if `condition` is set. */
  conditionAt: number;
}

type OptionedCommand = 'set' | 'msetex' | 'getex';

/** Parses options from argument `from` on; null after a syntax error. */
export function setOptions(
  session: Session,
  request: Request,
  from: number,
  command: OptionedCommand,
): SetOptions | null {
  const options: SetOptions = {
    nx: false,
    xx: false,
    get: false,
    keepTtl: false,
    persist: false,
    unit: null,
    timeAt: 0,
    condition: null,
    conditionAt: 0,
  };
  for (let at = from; at < request.count; at++) {
    const word = request.word(at);
    if (flagOption(options, word, command)) continue;
    if (command === 'set' && at + 1 < request.count && conditionOption(options, word, at + 1)) {
      at++;
      continue;
    }
    const unit = UNITS.get(word);
    const free = options.unit === null || options.unit === unit;
    if (unit === undefined || !free || options.keepTtl || options.persist || at + 1 === request.count) {
      session.reply.error(errors.SYNTAX);
      return null;
    }
    options.unit = unit;
    options.timeAt = ++at;
  }
  return options;
}

const UNITS: ReadonlyMap<string, ExpireUnit> = new Map([
  ['ex', EX],
  ['px', PX],
  ['exat', EXAT],
  ['pxat', PXAT],
]);

/** Takes an option of one word, if it is one that may stand with the others. */
function flagOption(options: SetOptions, word: string, command: OptionedCommand): boolean {
  if (command === 'getex') {
    if (word !== 'persist' || options.unit !== null) return false;
    return (options.persist = true);
  }
  if (word === 'nx' && !options.xx && options.condition === null) return (options.nx = true);
  if (word === 'xx' && !options.nx && options.condition === null) return (options.xx = true);
  if (word === 'get' && command === 'set') return (options.get = true);
  if (word === 'keepttl' && options.unit === null) return (options.keepTtl = true);
  return false;
}

/** Takes a comparison with argument `at`, if there is no other condition. */
function conditionOption(options: SetOptions, word: string, at: number): boolean {
  if (!isCompareCondition(word) || options.nx || options.xx || options.condition !== null) return false;
  options.condition = word;
  options.conditionAt = at;
  return true;
}
