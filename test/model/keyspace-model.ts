import { StreamModel } from './stream-model.js';
import { Line, NOT_INTEGER, OK, type Reply, WRONGTYPE } from './replies.js';

/** An expire time that is so near that it has passed once `settle` is called. Any other is far away. */
const SOON = 1_000_000_000;
/** Times up to here have passed. */
const PAST = 1_000_000;
const NEVER = Infinity;

interface StringValue {
  readonly kind: 'string';
  text: string;
  at: number;
}

interface Field {
  value: string;
  at: number;
}

interface HashValue {
  readonly kind: 'hash';
  readonly fields: Map<string, Field>;
}

type Value = StringValue | HashValue | StreamModel;

/** What a few commands beyond Redis 7.0 do to strings, hashes and streams, told as simply as can be. */
export class KeyspaceModel {
  readonly keys = new Map<string, Value>();

  /** Runs a command; what it replies. */
  run(argv: readonly string[]): Reply {
    const [name, ...args] = argv;
    const command = this.commands[name!];
    if (command === undefined) throw new Error(`the model does not know ${name}`);
    return command(args);
  }

  /** Time goes by: what expires soon has expired. */
  settle(): void {
    for (const [key, value] of this.keys) {
      if (value.kind === 'string' && value.at === SOON) this.keys.delete(key);
      if (value.kind !== 'hash') continue;
      for (const [field, { at }] of value.fields) if (at === SOON) value.fields.delete(field);
      this.dropEmpty(key, value);
    }
  }

  /** All that there is, key by key, in words. */
  state(): Map<string, string> {
    return new Map([...this.keys].map(([key, value]) => [key, describe(value)]));
  }

  private dropEmpty(key: string, hash: HashValue): void {
    if (hash.fields.size === 0) this.keys.delete(key);
  }

  private hash(key: string): HashValue | undefined | null {
    const value = this.keys.get(key);
    return value === undefined || value.kind === 'hash' ? value : null;
  }

  private newHash(key: string): HashValue {
    const hash: HashValue = { kind: 'hash', fields: new Map() };
    this.keys.set(key, hash);
    return hash;
  }

  private stream(key: string): StreamModel | undefined | null {
    const value = this.keys.get(key);
    return value === undefined || value instanceof StreamModel ? value : null;
  }

  private readonly commands: Readonly<Record<string, (args: string[]) => Reply>> = {
    DEL: ([key]) => (this.keys.delete(key!) ? 1 : 0),
    RENAME: ([from, to]) => {
      const value = this.keys.get(from!)!;
      this.keys.delete(from!);
      this.keys.set(to!, value);
      return OK;
    },
    COPY: ([from, to]) => {
      const value = this.keys.get(from!);
      if (value === undefined) return 0;
      this.keys.set(to!, copied(value));
      return 1;
    },

    // Strings
    GET: ([key]) => {
      const value = this.keys.get(key!);
      return value === undefined ? null : value.kind === 'string' ? value.text : WRONGTYPE;
    },
    SET: ([key, text, ...options]) => this.set(key!, text!, options),
    MSETEX: ([count, ...rest]) => this.msetex(Number(count), rest),
    DELEX: ([key, condition, wanted]) => {
      const value = this.keys.get(key!);
      if (value === undefined) return 0;
      if (condition !== undefined) {
        if (value.kind !== 'string')
          return new Line('-ERR Key should be of string type if conditions are specified');
        if ((value.text === wanted) !== (condition === 'IFEQ')) return 0;
      }
      this.keys.delete(key!);
      return 1;
    },
    INCREX: ([key, ...options]) => this.increx(key!, options),

    // Hashes
    HSET: ([key, ...pairs]) => {
      const hash = this.hash(key!);
      if (hash === null) return WRONGTYPE;
      const { fields } = hash ?? this.newHash(key!);
      const before = fields.size;
      for (let i = 0; i < pairs.length; i += 2) fields.set(pairs[i]!, { value: pairs[i + 1]!, at: NEVER });
      return fields.size - before;
    },
    HINCRBY: ([key, field, by]) => {
      const hash = this.hash(key!);
      if (hash === null) return WRONGTYPE;
      const { fields } = hash ?? { fields: new Map<string, Field>() };
      const old = fields.get(field!);
      if (old !== undefined && !/^-?\d+$/.test(old.value))
        return new Line('-ERR hash value is not an integer');
      const sum = Number(old?.value ?? 0) + Number(by);
      (hash ?? this.newHash(key!)).fields.set(field!, { value: `${sum}`, at: old?.at ?? NEVER });
      return sum;
    },
    HSETNX: ([key, field, value]) => {
      const hash = this.hash(key!);
      if (hash === null) return WRONGTYPE;
      const { fields } = hash ?? this.newHash(key!);
      if (fields.has(field!)) return 0;
      fields.set(field!, { value: value!, at: NEVER });
      return 1;
    },
    HMGET: ([key, ...names]) => {
      const hash = this.hash(key!);
      return hash === null ? WRONGTYPE : names.map((name) => hash?.fields.get(name)?.value ?? null);
    },
    HLEN: ([key]) => {
      const hash = this.hash(key!);
      return hash === null ? WRONGTYPE : (hash?.fields.size ?? 0);
    },
    HDEL: ([key, ...names]) => {
      const hash = this.hash(key!);
      return hash === null
        ? WRONGTYPE
        : this.removeFields(key!, hash, names).filter((one) => one !== null).length;
    },
    HGETDEL: ([key, , , ...names]) => {
      const hash = this.hash(key!);
      return hash === null ? WRONGTYPE : this.removeFields(key!, hash, names);
    },
    HPEXPIRE: ([key, ms, ...rest]) => this.hexpire(key!, ms === '0' ? 0 : SOON, rest),
    HPEXPIREAT: ([key, at, ...rest]) => this.hexpire(key!, Number(at), rest),
    HEXPIREAT: ([key, at, ...rest]) => this.hexpire(key!, Number(at) * 1000, rest),
    HPEXPIRETIME: ([key, , , ...names]) => this.times(key!, names, 1),
    HEXPIRETIME: ([key, , , ...names]) => this.times(key!, names, 1000),
    HPERSIST: ([key, , , ...names]) => {
      const hash = this.hash(key!);
      if (hash === null) return WRONGTYPE;
      return names.map((name) => {
        const field = hash?.fields.get(name);
        if (field === undefined) return -2;
        const had = field.at !== NEVER;
        field.at = NEVER;
        return had ? 1 : -1;
      });
    },
    HGETEX: ([key, ...rest]) => this.hgetex(key!, rest),
    HSETEX: ([key, ...rest]) => this.hsetex(key!, rest),

    // Streams
    XADD: ([key, ...rest]) => {
      const stream = this.stream(key!);
      if (stream === null) return WRONGTYPE;
      const target = stream ?? new StreamModel();
      this.keys.set(key!, target);
      return target.add(rest);
    },
    XGROUP: ([, key, group, id]) => {
      const stream = this.stream(key!);
      if (stream === null) return WRONGTYPE;
      const target = stream ?? new StreamModel();
      this.keys.set(key!, target);
      return target.createGroup(group!, id!);
    },
    XTRIM: ([key, ...rest]) => onStream(this.stream(key!), 0, (stream) => stream.trim(rest)),
    XDEL: ([key, ...ids]) => onStream(this.stream(key!), 0, (stream) => stream.delete(ids)),
    XACK: ([key, group, ...ids]) =>
      onStream(this.stream(key!), 0, (stream) => stream.acknowledge(group!, ids)),
    XDELEX: ([key, policy, , , ...ids]) =>
      onStream(
        this.stream(key!),
        ids.map(() => -1),
        (stream) => stream.deleteEach(ids, policy!),
      ),
    XACKDEL: ([key, group, policy, , , ...ids]) =>
      onStream(
        this.stream(key!),
        ids.map(() => -1),
        (stream) => stream.acknowledgeEach(group!, ids, policy!),
      ),
    XREADGROUP: ([, group, consumer, ...rest]) => {
      const key = rest.at(-2)!;
      const noGroup = `-NOGROUP No such key '${key}' or consumer group '${group}' in XREADGROUP with GROUP option`;
      return onStream(this.stream(key), new Line(noGroup), (stream) =>
        stream.read(key, group!, consumer!, rest, new Line(noGroup)),
      );
    },
    XLEN: ([key]) => onStream(this.stream(key!), 0, (stream) => stream.entries.size),
  };

  private set(key: string, text: string, options: string[]): Reply {
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

  private setString(key: string, text: string, at: number, keepTtl: boolean): void {
    const old = this.keys.get(key);
    const kept = keepTtl && old?.kind === 'string' ? old.at : at;
    if (kept <= PAST) this.keys.delete(key);
    else this.keys.set(key, { kind: 'string', text, at: kept });
  }

  private msetex(count: number, rest: string[]): Reply {
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

  private increx(key: string, options: string[]): Reply {
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

  private removeFields(key: string, hash: HashValue | undefined, names: string[]): (string | null)[] {
    const values = names.map((name) => {
      const value = hash?.fields.get(name)?.value ?? null;
      hash?.fields.delete(name);
      return value;
    });
    if (hash !== undefined) this.dropEmpty(key, hash);
    return values;
  }

  private hexpire(key: string, at: number, rest: string[]): Reply {
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
  private setTime(hash: HashValue, name: string, at: number): number {
    if (at <= PAST) hash.fields.delete(name);
    else hash.fields.get(name)!.at = at;
    return at <= PAST ? 2 : 1;
  }

  private times(key: string, names: string[], unit: number): Reply {
    const hash = this.hash(key);
    if (hash === null) return WRONGTYPE;
    return names.map((name) => {
      const at = hash?.fields.get(name)?.at;
      return at === undefined ? -2 : at === NEVER ? -1 : Math.ceil(at / unit);
    });
  }

  private hgetex(key: string, rest: string[]): Reply {
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

  private hsetex(key: string, rest: string[]): Reply {
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

function onStream(
  stream: StreamModel | undefined | null,
  missing: Reply,
  then: (stream: StreamModel) => Reply,
): Reply {
  return stream === null ? WRONGTYPE : stream === undefined ? missing : then(stream);
}

/** What EX, PX, EXAT or PXAT says; a time from now on is soon. */
function expiryOf(options: readonly string[]): number {
  const after = (word: string): string | undefined =>
    options.includes(word) ? options[options.indexOf(word) + 1] : undefined;
  if (after('PX') !== undefined) return SOON;
  return Number(after('PXAT') ?? Number(after('EXAT') ?? NEVER) * 1000);
}

function copied(value: Value): Value {
  if (value.kind === 'string') return { ...value };
  if (value instanceof StreamModel) return value.copy();
  return { kind: 'hash', fields: new Map([...value.fields].map(([name, field]) => [name, { ...field }])) };
}

function describe(value: Value): string {
  if (value.kind === 'string') return `string ${value.text} ${value.at === NEVER ? -1 : value.at}`;
  if (value instanceof StreamModel) return value.describe();
  const fields = [...value.fields].map(
    ([name, field]) => `${name}=${field.value}@${field.at === NEVER ? -1 : field.at}`,
  );
  return `hash ${fields.sort().join(' ')}`;
}
