import { Line, type Reply, WRONGTYPE } from './replies.js';
import {
  type Commands,
  expiryOf,
  type Field,
  type HashValue,
  type Keys,
  NEVER,
  PAST,
  SOON,
} from './values.js';

/** What commands do to hashes, the fields of which may expire. */
export function hashCommands(keys: Keys): Commands {
  const model = new HashModel(keys);
  return {
    HSET: ([key, ...pairs]) => {
      const hash = model.hash(key!);
      if (hash === null) return WRONGTYPE;
      const { fields } = hash ?? model.newHash(key!);
      const before = fields.size;
      for (let i = 0; i < pairs.length; i += 2) fields.set(pairs[i]!, { value: pairs[i + 1]!, at: NEVER });
      return fields.size - before;
    },
    HINCRBY: ([key, field, by]) => {
      const hash = model.hash(key!);
      if (hash === null) return WRONGTYPE;
      const { fields } = hash ?? { fields: new Map<string, Field>() };
      const old = fields.get(field!);
      if (old !== undefined && !/^-?\d+$/.test(old.value))
        return new Line('-ERR hash value is not an integer');
      const sum = Number(old?.value ?? 0) + Number(by);
      (hash ?? model.newHash(key!)).fields.set(field!, { value: `${sum}`, at: old?.at ?? NEVER });
      return sum;
    },
    HSETNX: ([key, field, value]) => {
      const hash = model.hash(key!);
      if (hash === null) return WRONGTYPE;
      const { fields } = hash ?? model.newHash(key!);
      if (fields.has(field!)) return 0;
      fields.set(field!, { value: value!, at: NEVER });
      return 1;
    },
    HMGET: ([key, ...names]) => {
      const hash = model.hash(key!);
      return hash === null ? WRONGTYPE : names.map((name) => hash?.fields.get(name)?.value ?? null);
    },
    HLEN: ([key]) => {
      const hash = model.hash(key!);
      return hash === null ? WRONGTYPE : (hash?.fields.size ?? 0);
    },
    HDEL: ([key, ...names]) => {
      const hash = model.hash(key!);
      return hash === null
        ? WRONGTYPE
        : model.removeFields(key!, hash, names).filter((one) => one !== null).length;
    },
    HGETDEL: ([key, , , ...names]) => {
      const hash = model.hash(key!);
      return hash === null ? WRONGTYPE : model.removeFields(key!, hash, names);
    },
    HPEXPIRE: ([key, ms, ...rest]) => model.hexpire(key!, ms === '0' ? 0 : SOON, rest),
    HPEXPIREAT: ([key, at, ...rest]) => model.hexpire(key!, Number(at), rest),
    HEXPIREAT: ([key, at, ...rest]) => model.hexpire(key!, Number(at) * 1000, rest),
    HPEXPIRETIME: ([key, , , ...names]) => model.times(key!, names, 1),
    HEXPIRETIME: ([key, , , ...names]) => model.times(key!, names, 1000),
    HPERSIST: ([key, , , ...names]) => {
      const hash = model.hash(key!);
      if (hash === null) return WRONGTYPE;
      return names.map((name) => {
        const field = hash?.fields.get(name);
        if (field === undefined) return -2;
        const had = field.at !== NEVER;
        field.at = NEVER;
        return had ? 1 : -1;
      });
    },
    HGETEX: ([key, ...rest]) => model.hgetex(key!, rest),
    HSETEX: ([key, ...rest]) => model.hsetex(key!, rest),
  };
}

class HashModel {
  constructor(readonly keys: Keys) {}

  dropEmpty(key: string, hash: HashValue): void {
    if (hash.fields.size === 0) this.keys.delete(key);
  }

  hash(key: string): HashValue | undefined | null {
    const value = this.keys.get(key);
    return value === undefined || value.kind === 'hash' ? value : null;
  }

  newHash(key: string): HashValue {
    const hash: HashValue = { kind: 'hash', fields: new Map() };
    this.keys.set(key, hash);
    return hash;
  }

  removeFields(key: string, hash: HashValue | undefined, names: string[]): (string | null)[] {
    const values = names.map((name) => {
      const value = hash?.fields.get(name)?.value ?? null;
      hash?.fields.delete(name);
      return value;
    });
    if (hash !== undefined) this.dropEmpty(key, hash);
    return values;
  }

  hexpire(key: string, at: number, rest: string[]): Reply {
    const hash = this.hash(key);
    if (hash === null) return WRONGTYPE;
    const condition = rest[0] === 'FIELDS' ? '' : rest[0]!;
    const names = rest.slice(rest.indexOf('FIELDS') + 2);
    const outcomes = names.map((name) => {
      const field = hash?.fields.get(name);
      if (field === undefined) return -2;
      const timed = field.at !== NEVER;
      if ((condition === 'NX' && timed) || (condition === 'XX' && !timed)) return 0;
      if (condition === 'GT' && (!timed || at <= field.at)) return 0;
      if (condition === 'LT' && at >= field.at) return 0;
      return this.setTime(hash!, name, at);
    });
    if (hash !== undefined) this.dropEmpty(key, hash);
    return outcomes;
  }

  /** 2 when the time has passed, which removes the field; 1 else. */
  setTime(hash: HashValue, name: string, at: number): number {
    if (at <= PAST) hash.fields.delete(name);
    else hash.fields.get(name)!.at = at;
    return at <= PAST ? 2 : 1;
  }

  times(key: string, names: string[], unit: number): Reply {
    const hash = this.hash(key);
    if (hash === null) return WRONGTYPE;
    return names.map((name) => {
      const at = hash?.fields.get(name)?.at;
      return at === undefined ? -2 : at === NEVER ? -1 : Math.ceil(at / unit);
    });
  }

  hgetex(key: string, rest: string[]): Reply {
    const hash = this.hash(key);
    if (hash === null) return WRONGTYPE;
    const names = rest.slice(rest.indexOf('FIELDS') + 2);
    const options = rest.slice(0, rest.indexOf('FIELDS'));
    const values = names.map((name) => {
      const field = hash?.fields.get(name);
      if (field === undefined) return null;
      const { value } = field;
      if (options[0] === 'PERSIST') field.at = NEVER;
      else if (options.length > 0) this.setTime(hash!, name, expiryOf(options));
      return value;
    });
    if (hash !== undefined) this.dropEmpty(key, hash);
    return values;
  }

  hsetex(key: string, rest: string[]): Reply {
    const found = this.hash(key);
    if (found === null) return WRONGTYPE;
    const pairs = rest.slice(rest.indexOf('FIELDS') + 2);
    const options = rest.slice(0, rest.indexOf('FIELDS'));
    const names = pairs.filter((_, i) => i % 2 === 0);
    if (options.includes('FNX') && names.some((name) => found?.fields.has(name))) return 0;
    if (options.includes('FXX') && !names.every((name) => found?.fields.has(name))) return 0;
    const hash = found ?? this.newHash(key);
    const given = expiryOf(options);
    names.forEach((name, i) => {
      const kept = options.includes('KEEPTTL') ? (hash.fields.get(name)?.at ?? NEVER) : given;
      hash.fields.set(name, { value: pairs[2 * i + 1]!, at: kept });
    });
    for (const name of names) if (hash.fields.has(name) && given <= PAST) hash.fields.delete(name);
    this.dropEmpty(key, hash);
    return 1;
  }
}
