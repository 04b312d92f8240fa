import { Line, NULL_ARRAY, OK, type Reply } from './replies.js';

interface Pending {
  consumer: string;
  deliveries: number;
}

interface Group {
  /** The number of the last entry read. */
  last: number;
  readonly pending: Map<number, Pending>;
}

/** A stream whose ids are `n-0`, known by n, with one field `f`. */
export class StreamModel {
  readonly kind = 'stream';
  /** In the order of the ids. */
  readonly entries = new Map<number, string>();
  readonly groups = new Map<string, Group>();
  last = 0;

  /** `[KEEPREF | DELREF | ACKED] MAXLEN = n n-0 f value`, or without a trim. */
  add(args: readonly string[]): Reply {
    const [id, , value] = args.slice(-3);
    const number = Number(id!.slice(0, -2));
    if (number <= this.last)
      return new Line('-ERR The ID specified in XADD is equal or smaller than the target stream top item');
    this.entries.set(number, value!);
    this.last = number;
    if (args.length > 3) this.trim(args.slice(0, -3));
    return id!;
  }

  createGroup(name: string, id: string): Reply {
    if (this.groups.has(name)) return new Line('-BUSYGROUP Consumer Group name already exists');
    this.groups.set(name, { last: id === '$' ? this.last : 0, pending: new Map() });
    return OK;
  }

  trim(args: readonly string[]): number {
    const max = Number(args[args.indexOf('=') + 1]);
    const policy = args.find((word) => /REF|ACKED/.test(word)) ?? 'KEEPREF';
    const before = this.entries.size;
    for (const number of [...this.entries.keys()]) {
      if (this.entries.size <= max) break;
      this.remove(number, policy);
    }
    return before - this.entries.size;
  }

  delete(ids: readonly string[]): number {
    return ids.filter((id) => this.entries.delete(Number(id.slice(0, -2)))).length;
  }

  acknowledge(group: string, ids: readonly string[]): number {
    return ids.filter((id) => this.groups.get(group)?.pending.delete(Number(id.slice(0, -2)))).length;
  }

  deleteEach(ids: readonly string[], policy: string): Reply {
    return ids.map((id) => {
      const number = Number(id.slice(0, -2));
      if (this.entries.has(number)) return this.remove(number, policy) ? 1 : 2;
      if (policy === 'DELREF') this.dropReferences(number);
      return -1;
    });
  }

  acknowledgeEach(group: string, ids: readonly string[], policy: string): Reply {
    return ids.map((id) => {
      const number = Number(id.slice(0, -2));
      if (this.groups.get(group)?.pending.delete(number) !== true) return -1;
      return this.remove(number, policy) ? 1 : 2;
    });
  }

  private remove(number: number, policy: string): boolean {
    const referenced = [...this.groups.values()].some(
      ({ last, pending }) => last < number || pending.has(number),
    );
    if (policy === 'ACKED' && referenced) return false;
    if (policy === 'DELREF') this.dropReferences(number);
    this.entries.delete(number);
    return true;
  }

  private dropReferences(number: number): void {
    for (const { pending } of this.groups.values()) pending.delete(number);
  }

  /** `COUNT n [NOACK] [CLAIM 0] STREAMS key >`: all that is pending counts as having been so for long. */
  read(key: string, name: string, consumer: string, args: readonly string[], missing: Line): Reply {
    const group = this.groups.get(name);
    if (group === undefined) return missing;
    const count = Number(args[args.indexOf('COUNT') + 1]);
    const claims = args.includes('CLAIM');
    const claimed = claims ? this.claimable(group).slice(0, count) : [];
    const entries: Reply[] = claimed.map((number) => {
      const { deliveries } = group.pending.get(number)!;
      group.pending.set(number, { consumer, deliveries: deliveries + 1 });
      return [`${number}-0`, ['f', this.entries.get(number)!], new Line(':idle'), deliveries];
    });
    for (const [number, value] of this.entries) {
      if (number <= group.last || entries.length === count) continue;
      group.last = number;
      if (!args.includes('NOACK')) group.pending.set(number, { consumer, deliveries: 1 });
      entries.push([`${number}-0`, ['f', value], ...(claims ? [new Line(':idle'), 0] : [])]);
    }
    return entries.length === 0 ? NULL_ARRAY : [[key, entries]];
  }

  private claimable({ pending }: Group): number[] {
    return [...pending.keys()].filter((number) => this.entries.has(number)).sort((one, other) => one - other);
  }

  copy(): StreamModel {
    const stream = new StreamModel();
    for (const [number, value] of this.entries) stream.entries.set(number, value);
    for (const [name, { last, pending }] of this.groups) {
      stream.groups.set(name, {
        last,
        pending: new Map([...pending].map(([number, item]) => [number, { ...item }])),
      });
    }
    stream.last = this.last;
    return stream;
  }

  describe(): string {
    const entries = [...this.entries].map(([number, value]) => `${number}=${value}`).join(' ');
    const groups = [...this.groups].map(([name, { last, pending }]) => {
      const items = [...pending].sort(([one], [other]) => one - other);
      return `${name}:${last}[${items.map(([n, { consumer, deliveries }]) => `${n}/${consumer}/${deliveries}`).join(' ')}]`;
    });
    return `stream ${this.last} ${entries} ${groups.sort().join(' ')}`;
  }
}
