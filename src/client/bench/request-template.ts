import type { DrawKey } from './key-distribution.js';
import type { RandomSource } from './random-source.js';
import type { ValueSize } from './value-size.js';

/** What a workload does: one or more commands that go out together and count as one request. */
export interface Operation {
  readonly name: string;
  /** How often this one is taken among the operations of a workload, relative to the others. */
  readonly weight: number;
  /**
   * Commands and their arguments, in which `__rand_int__` stands for a freshly drawn key number of 12 digits (each
   * time another one), `__key__` for one key number throughout the operation and `__data__` for the value.
   */
  readonly commands: readonly (readonly string[])[];
}

const PLACEHOLDER_RANDOM = '__rand_int__';
const PLACEHOLDER_KEY = '__key__';
const PLACEHOLDER_DATA = '__data__';
const PLACEHOLDERS = /(__rand_int__|__key__|__data__)/;
/** As redis-benchmark: key numbers have twelve digits. */
const KEY_DIGITS = 12;

/** A request as it goes over the wire, with the places where key numbers are written before each sending. */
export interface RequestTemplate {
  readonly operation: number;
  readonly weight: number;
  readonly bytes: Buffer;
  /** Offsets of the last digit of each `__rand_int__`. */
  readonly randomAt: readonly number[];
  /** Offsets of the last digit of each `__key__`. */
  readonly keyAt: readonly number[];
  /** Commands in the request, that is, replies to wait for. */
  readonly replies: number;
  readonly valueBytes: number;
}

/**
 * One template for each operation, or one for each size where its values vary. Without a key space (`keys` = 0) the
 * words `__rand_int__` and `__key__` stay as they are, as in redis-benchmark without -r: every request has the same key.
 */
export function requestTemplates(
  operations: readonly Operation[],
  sizes: readonly ValueSize[],
  keys: number,
): readonly RequestTemplate[] {
  return operations.flatMap((operation, index) => {
    const hasData = operation.commands.some((args) => args.some((arg) => arg.includes(PLACEHOLDER_DATA)));
    const variants = hasData ? sizes : [{ bytes: 0, weight: 1 }];
    const total = variants.reduce((sum, size) => sum + size.weight, 0);
    return variants.map((size) => ({
      operation: index,
      weight: (operation.weight * size.weight) / total,
      valueBytes: size.bytes,
      ...render(operation.commands, size.bytes, keys > 0),
    }));
  });
}

/** The arguments of one request with its placeholders filled in, for drivers that take arguments instead of bytes. */
export function renderArguments(
  command: readonly string[],
  key: number,
  drawKey: DrawKey,
  value: string,
  keys: number,
): string[] {
  return command.map((arg) =>
    arg
      .split(PLACEHOLDERS)
      .map((part) => {
        if (part === PLACEHOLDER_DATA) return value;
        if (keys === 0) return part;
        if (part === PLACEHOLDER_KEY) return paddedKey(key);
        return part === PLACEHOLDER_RANDOM ? paddedKey(drawKey()) : part;
      })
      .join(''),
  );
}

function paddedKey(key: number): string {
  return String(key).padStart(KEY_DIGITS, '0');
}

function render(
  commands: readonly (readonly string[])[],
  valueBytes: number,
  numbered: boolean,
): Pick<RequestTemplate, 'bytes' | 'randomAt' | 'keyAt' | 'replies'> {
  const parts: Buffer[] = [];
  let length = 0;
  const randomAt: number[] = [];
  const keyAt: number[] = [];
  const push = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
  };
  for (const args of commands) {
    push(Buffer.from(`*${args.length}\r\n`));
    for (const arg of args) {
      const pieces = arg
        .split(PLACEHOLDERS)
        .map((piece) => ({ piece, bytes: pieceBytes(piece, valueBytes, numbered) }));
      push(Buffer.from(`$${pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)}\r\n`));
      for (const { piece, bytes } of pieces) {
        push(bytes);
        if (numbered && piece === PLACEHOLDER_RANDOM) randomAt.push(length - 1);
        if (numbered && piece === PLACEHOLDER_KEY) keyAt.push(length - 1);
      }
      push(Buffer.from('\r\n'));
    }
  }
  return { bytes: Buffer.concat(parts), randomAt, keyAt, replies: commands.length };
}

function pieceBytes(piece: string, valueBytes: number, numbered: boolean): Buffer {
  if (piece === PLACEHOLDER_DATA) return Buffer.alloc(valueBytes, 'x');
  if (numbered && (piece === PLACEHOLDER_RANDOM || piece === PLACEHOLDER_KEY))
    return Buffer.alloc(KEY_DIGITS, '0');
  return Buffer.from(piece);
}

/** Draws templates in proportion to their weights. */
export class TemplateChooser {
  readonly single: RequestTemplate | undefined;
  private readonly limits: Float64Array;

  constructor(
    readonly templates: readonly RequestTemplate[],
    private readonly random: RandomSource,
  ) {
    this.single = templates.length === 1 ? templates[0] : undefined;
    let sum = 0;
    this.limits = Float64Array.from(templates, (template) => (sum += template.weight));
    for (let i = 0; i < this.limits.length; i++) this.limits[i] = (this.limits[i] ?? 0) / sum;
  }

  draw(): RequestTemplate {
    if (this.single !== undefined) return this.single;
    const at = this.random.fraction();
    let index = 0;
    while (index < this.templates.length - 1 && at >= (this.limits[index] ?? 1)) index++;
    const template = this.templates[index];
    if (template === undefined) throw new Error('a workload without operations');
    return template;
  }
}

/** Makes batches of requests in one buffer, which must not be filled again before the last batch has left it. */
export class RequestWriter {
  /** Operation of each request of the last batch. */
  readonly operations: Uint8Array;
  /** Replies that each request of the last batch awaits. */
  readonly replies: Uint8Array;
  private readonly buffer: Buffer;
  private whole: Buffer | undefined;
  private readonly digits: number;

  constructor(
    private readonly chooser: TemplateChooser,
    private readonly drawKey: DrawKey,
    pipeline: number,
    keys: number,
  ) {
    this.operations = new Uint8Array(pipeline);
    this.replies = new Uint8Array(pipeline);
    this.digits = Math.min(KEY_DIGITS, String(Math.max(0, keys - 1)).length);
    const { single } = chooser;
    this.buffer = Buffer.allocUnsafeSlow(pipeline * requestBytesMax(chooser.templates));
    if (single === undefined) return;
    // All requests alike: written once, and then only their digits change.
    for (let i = 0; i < pipeline; i++) single.bytes.copy(this.buffer, i * single.bytes.length);
    this.operations.fill(single.operation);
    this.replies.fill(single.replies);
    this.whole = this.buffer;
  }

  /** The bytes of the next `count` requests. */
  fill(count: number): Buffer {
    const { single } = this.chooser;
    if (single !== undefined) {
      const { length } = single.bytes;
      if (single.randomAt.length + single.keyAt.length > 0) {
        for (let i = 0; i < count; i++) this.writeKeys(single, i * length);
      }
      const bytes = count * length;
      if (this.whole?.length !== bytes) this.whole = this.buffer.subarray(0, bytes);
      return this.whole;
    }
    let at = 0;
    for (let i = 0; i < count; i++) {
      const template = this.chooser.draw();
      this.operations[i] = template.operation;
      this.replies[i] = template.replies;
      template.bytes.copy(this.buffer, at);
      this.writeKeys(template, at);
      at += template.bytes.length;
    }
    return this.buffer.subarray(0, at);
  }

  private writeKeys(template: RequestTemplate, base: number): void {
    for (const offset of template.randomAt) this.writeDigits(this.drawKey(), base + offset);
    if (template.keyAt.length === 0) return;
    const key = this.drawKey();
    for (const offset of template.keyAt) this.writeDigits(key, base + offset);
  }

  private writeDigits(key: number, lastAt: number): void {
    const { buffer, digits } = this;
    let rest = key;
    for (let i = 0; i < digits; i++) {
      // Keys stay below 2^31 unless somebody asks for more, and there integer division is three times as fast.
      const tenth = rest < 0x7fff_ffff ? (rest / 10) | 0 : Math.floor(rest / 10);
      buffer[lastAt - i] = 48 + (rest - tenth * 10);
      rest = tenth;
    }
  }
}

export function requestBytesMax(templates: readonly RequestTemplate[]): number {
  return templates.reduce((max, template) => Math.max(max, template.bytes.length), 0);
}
