import { hashCommands } from './hash-model.js';
import { Line, OK, type Reply, WRONGTYPE } from './replies.js';
import { StreamModel } from './stream-model.js';
import { stringCommands } from './string-model.js';
import { type Commands, type Keys, NEVER, SOON, type Value } from './values.js';

/** What a few commands beyond Redis 7.0 do to strings, hashes and streams, told as simply as can be. */
export class KeyspaceModel {
  readonly keys: Keys = new Map();

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
      if (value.fields.size === 0) this.keys.delete(key);
    }
  }

  /** All that there is, key by key, in words. */
  state(): Map<string, string> {
    return new Map([...this.keys].map(([key, value]) => [key, describe(value)]));
  }

  private stream(key: string): StreamModel | undefined | null {
    const value = this.keys.get(key);
    return value === undefined || value instanceof StreamModel ? value : null;
  }

  private readonly commands: Commands = {
    ...stringCommands(this.keys),
    ...hashCommands(this.keys),

    // All types
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
}

function onStream(
  stream: StreamModel | undefined | null,
  missing: Reply,
  then: (stream: StreamModel) => Reply,
): Reply {
  return stream === null ? WRONGTYPE : stream === undefined ? missing : then(stream);
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
