import { Line, NOT_INTEGER, OK, type Reply, WRONGTYPE } from './replies.js';
import { type Commands, expiryOf, type Keys, NEVER, PAST } from './values.js';

/** What commands do to strings: GET, SET under a comparison, MSETEX, DELEX, INCREX. */
export function stringCommands(keys: Keys): Commands {
  const model = new StringModel(keys);
  return {
    GET: ([key]) => {
      const value = model.keys.get(key!);
      return value === undefined ? null : value.kind === 'string' ? value.text : WRONGTYPE;
    },
    SET: ([key, text, ...options]) => model.set(key!, text!, options),
    MSETEX: ([count, ...rest]) => model.msetex(Number(count), rest),
    DELEX: ([key, condition, wanted]) => {
      const value = model.keys.get(key!);
      if (value === undefined) return 0;
      if (condition !== undefined) {
        if (value.kind !== 'string')
          return new Line('-ERR Key should be of string type if conditions are specified');
        if ((value.text === wanted) !== (condition === 'IFEQ')) return 0;
      }
      model.keys.delete(key!);
      return 1;
    },
    INCREX: ([key, ...options]) => model.increx(key!, options),
  };
}

class StringModel {
  constructor(readonly keys: Keys) {}

  set(key: string, text: string, options: string[]): Reply {
    const old = this.keys.get(key);
    const get = options.includes('GET');
    const at = options.findIndex((word) => word === 'IFEQ' || word === 'IFNE');
    if (old !== undefined && old.kind !== 'string' && (get || at >= 0)) return WRONGTYPE;
    const oldText = old?.kind === 'string' ? old.text : null;
    if (at >= 0) {
      const met =
        oldText === null
          ? options[at] === 'IFNE'
          : (oldText === options[at + 1]) === (options[at] === 'IFEQ');
      if (!met) return get ? oldText : null;
    }
    this.setString(key, text, expiryOf(options), options.includes('KEEPTTL'));
    return get ? oldText : OK;
  }

  setString(key: string, text: string, at: number, keepTtl: boolean): void {
    const old = this.keys.get(key);
    const kept = keepTtl && old?.kind === 'string' ? old.at : at;
    if (kept <= PAST) this.keys.delete(key);
    else this.keys.set(key, { kind: 'string', text, at: kept });
  }

  msetex(count: number, rest: string[]): Reply {
    const pairs = rest.slice(0, 2 * count);
    const options = rest.slice(2 * count);
    const names = pairs.filter((_, i) => i % 2 === 0);
    if (options.includes('NX') && names.some((name) => this.keys.has(name))) return 0;
    if (options.includes('XX') && !names.every((name) => this.keys.has(name))) return 0;
    names.forEach((name, i) => {
      this.setString(name, pairs[2 * i + 1]!, expiryOf(options), options.includes('KEEPTTL'));
    });
    return 1;
  }

  increx(key: string, options: string[]): Reply {
    const old = this.keys.get(key);
    if (old !== undefined && old.kind !== 'string') return WRONGTYPE;
    if (old !== undefined && !/^(0|-?[1-9]\d{0,17})$/.test(old.text)) return NOT_INTEGER;
    const option = (word: string, otherwise: bigint): bigint =>
      options.includes(word) ? BigInt(options[options.indexOf(word) + 1]!) : otherwise;
    const before = BigInt(old?.text ?? 0);
    const sum = before + option('BYINT', 1n);
    const lower = option('LBOUND', -(1n << 63n));
    const upper = option('UBOUND', (1n << 63n) - 1n);
    const after = sum < lower ? lower : sum > upper ? upper : sum;
    if (after !== sum && !options.includes('SATURATE')) return [before, 0];
    const given = expiryOf(options);
    const had = old?.at ?? NEVER;
    const keeps = given === NEVER || (options.includes('ENX') && had !== NEVER);
    this.setString(key, `${after}`, options.includes('PERSIST') ? NEVER : keeps ? had : given, false);
    return [after, after - before];
  }
}
