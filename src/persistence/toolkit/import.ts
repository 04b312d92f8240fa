import { splitInline } from '../../protocol/inline.js';
import type { Request } from '../../protocol/request.js';
import { AofFileWriter } from '../aof/aof-file-writer.js';
import { RequestBuilder } from '../aof/request-builder.js';
import { AofPathError } from './aof-set.js';
import { argumentBytes, isJsonArgument } from './json-argument.js';

export interface ImportResult {
  path: string;
  records: number;
  bytes: number;
}

export interface ImportOptions {
  checksums: boolean;
  /** Why no server would run such a command; null when one may. */
  objection(request: Request): string | null;
}

/** Writes an AOF from lines: objects as `aof export --ndjson` writes them, or commands as one types them. */
export class AofImporter {
  private readonly writer: AofFileWriter;
  private readonly builder = new RequestBuilder();
  private db = -1;
  private timeSeconds = 0;
  private line = 0;
  private records = 0;

  constructor(
    private readonly path: string,
    private readonly options: ImportOptions,
  ) {
    this.writer = new AofFileWriter(path, options);
  }

  /** Throws an `AofPathError` that names the line when it cannot be understood. */
  add(line: string): void {
    this.line++;
    const text = line.trim();
    if (text === '') return;
    if (text.startsWith('{')) this.addJson(text);
    else this.addCommand(line);
  }

  private addCommand(line: string): void {
    const words = splitInline(Buffer.from(line).toString('latin1'));
    if (words === null || words.length === 0) throw this.wrong('unbalanced quotes');
    if (this.db < 0 && words[0]!.toLowerCase() !== 'select') this.select(0);
    const bytes = words.map((word) => Buffer.from(word, 'latin1'));
    if (words[0]!.toLowerCase() === 'select') this.select(Number(words[1]));
    else this.write(bytes);
  }

  private addJson(text: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw this.wrong('no valid JSON');
    }
    const { db = 0, time = 0, command, args = [] } = parsed as Record<string, unknown>;
    if (!isJsonArgument(command) || !Array.isArray(args) || !args.every(isJsonArgument)) {
      throw this.wrong('expected {"db": number, "command": text, "args": [text or {"base64": text}, ...]}');
    }
    if (typeof db !== 'number' || !Number.isInteger(db) || db < 0 || typeof time !== 'number') {
      throw this.wrong("'db' and 'time' are numbers");
    }
    if (time !== this.timeSeconds && time > 0) this.writer.time(Math.floor((this.timeSeconds = time)));
    if (db !== this.db) this.select(db);
    this.write([command, ...args].map(argumentBytes));
  }

  private select(db: number): void {
    if (!Number.isInteger(db) || db < 0) throw this.wrong('SELECT needs the number of a database');
    this.db = db;
    this.writer.request(this.builder.start('SELECT').integer(db).finish());
  }

  private write(args: readonly Buffer[]): void {
    const { builder } = this;
    builder.start(args[0]!.toString('latin1'));
    for (const arg of args.slice(1)) builder.text(arg.toString('latin1'));
    const request = builder.finish();
    const objection = this.options.objection(request);
    if (objection !== null) throw this.wrong(objection);
    this.writer.request(request);
    this.records++;
  }

  private wrong(reason: string): AofPathError {
    return new AofPathError(`line ${this.line}: ${reason}; nothing was written`);
  }

  finish(): ImportResult {
    this.writer.commit();
    return { path: this.path, records: this.records, bytes: this.writer.bytes };
  }

  abandon(): void {
    this.writer.abandon();
  }
}
