import type { Request } from '../protocol/request.js';

/** Libraries of Redis functions, which a rewrite has to keep although nothing here runs them. */
export class FunctionLibraries {
  private readonly codes = new Map<string, Buffer>();

  /** Sources in the order in which they were loaded. */
  get sources(): Iterable<Buffer> {
    return this.codes.values();
  }

  add(code: Buffer): void {
    this.codes.set(libraryName(code), code);
  }

  /** Takes FUNCTION LOAD, DELETE and FLUSH; false for any other request. */
  take(request: Request): boolean {
    if (!request.is(0, 'function') || request.count < 2) return false;
    if (request.is(1, 'flush')) this.codes.clear();
    else if (request.is(1, 'delete') && request.count === 3) this.codes.delete(request.string(2));
    else if (request.is(1, 'load') && request.count > 2)
      this.add(Buffer.from(request.string(request.count - 1), 'latin1'));
    else return false;
    return true;
  }
}

/** From the first line, `#!lua name=mylib`. */
function libraryName(code: Buffer): string {
  return /^#![^\n]*\bname=(\S+)/.exec(code.toString('latin1'))?.[1] ?? '';
}
