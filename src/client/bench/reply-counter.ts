/**
 * Cuts a byte stream of replies (RESP2 and RESP3) into complete replies without building their values: a load
 * generator asks only whether a reply came, and whether it was an error or a null. Any split of the stream gives
 * the same answers, nothing is allocated per reply, and bulk strings are skipped, not scanned.
 */

export const ReplyKind = {
  VALUE: 0,
  /** `$-1`, `*-1` or `_` at the top level: a miss. */
  NULL: 1,
  /** An error at the top level or anywhere inside an aggregate, such as EXEC's. */
  ERROR: 2,
  /** An out-of-band push of RESP3, which answers no request. */
  PUSH: 3,
  /** These bytes are not RESP; nothing after them can be trusted. */
  BROKEN: 4,
} as const;
export type ReplyKind = (typeof ReplyKind)[keyof typeof ReplyKind];

const CR = 13;
const LF = 10;
const MINUS = 45;
const ZERO = 48;
const DOLLAR = 36;
const ASTERISK = 42;
const EXCLAMATION = 33;
const EQUALS = 61;
const PERCENT = 37;
const TILDE = 126;
const GREATER = 62;
const PIPE = 124;
const UNDERSCORE = 95;

/** Error texts are kept for the report; a longer one is cut. */
const ERROR_TEXT_BYTES_MAX = 200;
/** Twice Redis's largest bulk (512 MB): a longer claim is not RESP but noise. */
const LENGTH_MAX = 1024 * 1024 * 1024;

const State = { TYPE: 0, TEXT: 1, LENGTH: 2, BULK: 3 } as const;

export class ReplyCounter {
  /** True when the last `advance` ended a reply. */
  complete = false;
  kind: ReplyKind = ReplyKind.VALUE;
  /** Text of the last error, without its `-`. */
  errorText = '';

  private state: number = State.TYPE;
  private type = 0;
  /** Values still missing from the reply that is being read; 0 between replies. */
  private pending = 0;
  /** The reply is an aggregate, so that a null in it is not a null reply. */
  private aggregate = false;
  private length = 0;
  private negative = false;
  private digits = 0;
  /** Bytes of a bulk string still to come, its CRLF included. */
  private skip = 0;

  /**
   * Reads `buffer` from `start` up to the end of one reply or to `end`, and returns where it stopped. When
   * `complete` is then true, `kind` says what the reply was; when it is not, all the bytes were consumed.
   */
  advance(buffer: Uint8Array, start: number, end: number): number {
    let at = start;
    this.begin();
    // SET's answer, nearly always whole: 1 comparison of 5 bytes instead of three states.
    if (
      this.pending === 0 &&
      end - at >= 5 &&
      buffer[at] === 43 &&
      buffer[at + 1] === 79 &&
      buffer[at + 3] === CR
    ) {
      this.kind = ReplyKind.VALUE;
      this.complete = true;
      return at + 5;
    }
    while (at < end) {
      if (this.state === State.BULK) {
        const step = Math.min(this.skip, end - at);
        if (this.type === EXCLAMATION) this.keepErrorText(buffer, at, at + step);
        at += step;
        this.skip -= step;
        if (this.skip === 0) this.endValue();
      } else if (this.state === State.TYPE) {
        this.startValue(buffer[at++] ?? 0);
      } else if (this.state === State.TEXT) {
        at = this.readText(buffer, at, end);
      } else {
        at = this.readLength(buffer, at, end);
      }
      if (this.complete) return at;
    }
    return at;
  }

  private begin(): void {
    this.complete = false;
  }

  private startValue(type: number): void {
    if (this.pending === 0) {
      this.pending = 1;
      this.aggregate = false;
      this.kind = type === GREATER ? ReplyKind.PUSH : ReplyKind.VALUE;
    }
    this.type = type;
    switch (type) {
      case DOLLAR:
      case EXCLAMATION:
      case EQUALS:
      case ASTERISK:
      case PERCENT:
      case TILDE:
      case GREATER:
      case PIPE:
        if (type === EXCLAMATION) this.startError();
        this.state = State.LENGTH;
        this.length = 0;
        this.digits = 0;
        this.negative = false;
        return;
      case MINUS:
        this.startError();
        this.state = State.TEXT;
        return;
      case UNDERSCORE:
        this.noteNull();
        this.state = State.TEXT;
        return;
      case 43: // +
      case 58: // :
      case 44: // ,
      case 35: // #
      case 40: // (
        this.state = State.TEXT;
        return;
      default:
        this.break(`Protocol error, got ${JSON.stringify(String.fromCharCode(type))} as reply type byte`);
    }
  }

  private readText(buffer: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && buffer[at] !== LF) at++;
    if (this.type === MINUS) this.keepErrorText(buffer, start, at);
    if (at === end) return at;
    this.endValue();
    return at + 1;
  }

  private readLength(buffer: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = buffer[at] ?? 0;
      if (byte === LF) {
        if (this.digits === 0) this.break('Protocol error, a length without digits');
        else this.endLength();
        return at + 1;
      }
      if (byte === CR) continue;
      if (byte === MINUS && this.digits === 0) {
        this.negative = true;
        continue;
      }
      const digit = byte - ZERO;
      this.length = this.length * 10 + digit;
      this.digits++;
      if (digit < 0 || digit > 9 || this.length > LENGTH_MAX) {
        this.break('Protocol error, bad length of a bulk string or aggregate');
        return at + 1;
      }
    }
    return end;
  }

  private endLength(): void {
    const { type } = this;
    if (this.negative) {
      this.noteNull();
      this.endValue();
    } else if (type === DOLLAR || type === EQUALS || type === EXCLAMATION) {
      this.skip = this.length + 2;
      this.state = State.BULK;
    } else if (type === PIPE) {
      // Attributes precede the value they describe, which is still to come.
      this.pending += 2 * this.length;
      this.state = State.TYPE;
    } else {
      this.aggregate = true;
      this.pending += type === PERCENT ? 2 * this.length : this.length;
      this.endValue();
    }
  }

  private endValue(): void {
    this.state = State.TYPE;
    this.pending--;
    if (this.pending === 0) this.complete = true;
  }

  private noteNull(): void {
    if (this.pending === 1 && !this.aggregate && this.kind === ReplyKind.VALUE) this.kind = ReplyKind.NULL;
  }

  private startError(): void {
    this.kind = ReplyKind.ERROR;
    this.errorText = '';
  }

  private keepErrorText(buffer: Uint8Array, start: number, end: number): void {
    const room = ERROR_TEXT_BYTES_MAX - this.errorText.length;
    for (let at = start; at < Math.min(end, start + room); at++) {
      const byte = buffer[at] ?? 0;
      if (byte !== CR && byte !== LF) this.errorText += String.fromCharCode(byte);
    }
  }

  private break(text: string): void {
    this.kind = ReplyKind.BROKEN;
    this.errorText = text;
    this.complete = true;
    this.pending = 0;
    this.state = State.TYPE;
  }
}
