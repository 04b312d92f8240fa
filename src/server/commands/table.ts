import type { Request } from '../../protocol/request.js';
import { Command, type CommandSpec, Flag } from './command.js';

const BUCKETS = 2048;

/**
 * All Redis commands of a server, found by the bytes of their name. Each server has its own, since a record also holds
 * the command's counters. The declarations are checked when the table is built.
 */
export class CommandTable {
  private readonly byName = new Map<string, Command>();
  private readonly buckets: Command[][] = Array.from({ length: BUCKETS }, () => []);
  private last: Command | undefined;

  constructor(specs: readonly CommandSpec[]) {
    for (const spec of specs) {
      check(spec, spec.name);
      if (this.byName.has(spec.name)) throw new Error(`command ${spec.name} is declared twice`);
      this.add(spec.name, new Command(spec, null));
    }
  }

  private add(name: string, command: Command): void {
    this.byName.set(name, command);
    this.buckets[bucketOf(Buffer.from(name, 'latin1'), 0, name.length)]!.push(command);
  }

  /** The command a request names, its subcommand not yet looked at. Allocates nothing. */
  find(request: Request): Command | undefined {
    const { buffer } = request;
    const at = request.offset(0);
    const length = request.length(0);
    const { last } = this;
    if (last !== undefined && sameName(last.nameBytes, buffer, at, length)) return last;
    for (const command of this.buckets[bucketOf(buffer, at, length)]!) {
      if (sameName(command.nameBytes, buffer, at, length)) return (this.last = command);
    }
    return undefined;
  }

  /** By name in lower case; subcommands as `config|set`. */
  get(name: string): Command | undefined {
    const bar = name.indexOf('|');
    if (bar < 0) return this.byName.get(name);
    return this.byName.get(name.slice(0, bar))?.subcommands.get(name.slice(bar + 1));
  }

  /** Gives a command another name, or takes it away (`rename-command`). */
  rename(name: string, newName: string): boolean {
    const command = this.byName.get(name);
    if (command === undefined || (newName !== '' && this.byName.has(newName))) return false;
    this.byName.delete(name);
    const bucket = this.buckets[bucketOf(command.nameBytes, 0, command.nameBytes.length)]!;
    bucket.splice(bucket.indexOf(command), 1);
    this.last = undefined;
    if (newName !== '') {
      const { spec } = command;
      this.add(newName, new Command({ ...spec, name: newName }, null));
    }
    return true;
  }

  /** Every command, without subcommands. */
  all(): IterableIterator<Command> {
    return this.byName.values();
  }

  /** Every command and subcommand. */
  *everything(): IterableIterator<Command> {
    for (const command of this.byName.values()) {
      yield command;
      yield* command.subcommands.values();
    }
  }

  get count(): number {
    return this.byName.size;
  }
}

function bucketOf(bytes: Uint8Array, at: number, length: number): number {
  let hash = length;
  for (let i = 0; i < length && i < 24; i++) hash = Math.imul(hash, 31) + (bytes[at + i]! | 0x20);
  return (hash ^ (hash >>> 11)) & (BUCKETS - 1);
}

/** `name` is in lower case; the bytes may be in any. */
function sameName(name: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let i = 0; i < length; i++) {
    let byte = bytes[at + i]!;
    if (byte >= 65 && byte <= 90) byte |= 0x20;
    if (byte !== name[i]) return false;
  }
  return true;
}

/** Refuses a declaration that contradicts itself, so that it cannot ship. */
function check(spec: CommandSpec, fullName: string): void {
  const wrong = (reason: string): never => {
    throw new Error(`command ${fullName}: ${reason}`);
  };
  if (spec.name !== spec.name.toLowerCase()) wrong('its name is not in lower case');
  if (spec.arity === 0) wrong('arity 0');
  if ((spec.flags & Flag.WRITE) !== 0 && (spec.flags & Flag.READONLY) !== 0) wrong('both WRITE and READONLY');
  if (spec.handler === undefined && (spec.subcommands ?? []).length === 0)
    wrong('neither handler nor subcommands');
  for (const { find } of spec.keys ?? []) {
    if (
      find.kind === 'range' &&
      (find.first < 1 || (find.last >= 0 && find.last < find.first) || find.step < 1)
    ) {
      wrong('an impossible key range');
    }
  }
  for (const subcommand of spec.subcommands ?? []) check(subcommand, `${fullName}|${subcommand.name}`);
}
