import { closeSync, openSync } from 'node:fs';
import { Request } from '../../protocol/request.js';
import { AofItem, timeOfAnnotation } from '../aof/aof-format.js';
import { AofReader } from '../aof/aof-reader.js';
import { fileSize, type ReadBytes, readerOf } from '../file-bytes.js';
import { RdbCommands } from '../rdb-commands.js';
import { RdbError } from '../rdb/rdb-format.js';
import { RdbReader } from '../rdb/rdb-reader.js';
import type { AofSet, AofSetFile } from './aof-set.js';
import { isUnfinishedEnd, startsWithSnapshot } from './aof-walk.js';
import type { Operation } from './operations.js';
import { examineCut } from './record-search.js';

const NO_REQUEST = new Request();

/** Bytes of an RDB part, and records, that one step reads: what the reader's owner waits for may come in between. */
const STEP_BYTES = 64 * 1024;
const STEP_RECORDS = 256;

/** Where reading goes on: behind `snapshotCommands` of a file's RDB part, or at `offset` when that is not null. */
export interface StreamPlace {
  file: number;
  snapshotCommands: number;
  offset: number | null;
}

export interface StreamDamage {
  file: AofSetFile;
  offset: number;
  reason: string;
  /** Nothing but an unfinished record or transaction at the end of the last file, as after a crash. */
  unfinished: boolean;
}

/**
 * Reads the operations of a set step by step, for those who have to wait in between. One object is used again for all
 * operations; it is valid during `visit`.
 */
export class OperationStream {
  damage: StreamDamage | null = null;
  /** Place behind the operation that is being told. */
  readonly place: StreamPlace = { file: 0, snapshotCommands: 0, offset: null };
  /** Behind a MULTI whose EXEC has not been told yet. */
  inTransaction = false;

  private fd = -1;
  private snapshot: RdbReader | null = null;
  private records: AofReader | null = null;
  private read: ReadBytes = () => 0;
  private size = 0;
  private operation: Operation | null = null;

  constructor(
    private readonly set: AofSet,
    private readonly visit: (operation: Operation) => void,
    file = 0,
  ) {
    this.place.file = file;
  }

  /** False at the end, and at damage. */
  step(): boolean {
    if (this.place.file >= this.set.files.length || this.damage !== null) return false;
    if (this.fd < 0) this.open();
    const more = this.snapshot === null ? this.stepRecords() : this.stepSnapshot(this.snapshot);
    if (more) return true;
    this.close();
    if (this.isLast()) return false;
    this.place.file++;
    return true;
  }

  private isLast(): boolean {
    return this.damage !== null || this.place.file === this.set.files.length - 1;
  }

  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }

  private open(): void {
    const file = this.set.files[this.place.file]!;
    this.fd = openSync(file.path, 'r');
    this.size = fileSize(this.fd);
    this.read = readerOf(this.fd);
    this.place.snapshotCommands = 0;
    this.place.offset = null;
    this.operation = null;
    this.records = this.snapshot = null;
    if (this.size > 0 && startsWithSnapshot(this.read)) {
      const commands = new RdbCommands((request) => {
        this.place.snapshotCommands++;
        this.tell(request, -1, -1);
      });
      this.snapshot = RdbReader.ofFile(this.read, this.size, commands, { checksum: true });
    } else this.records = new AofReader(this.read, this.size);
  }

  private stepSnapshot(reader: RdbReader): boolean {
    try {
      if (!reader.step(STEP_BYTES)) return true;
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      const { offset, message: reason } = error;
      this.damage = { file: this.set.files[this.place.file]!, offset, reason, unfinished: false };
      return false;
    }
    this.snapshot = null;
    this.records = new AofReader(this.read, this.size, reader.offset);
    return true;
  }

  private stepRecords(): boolean {
    const reader = this.records!;
    for (let i = 0; i < STEP_RECORDS; i++) {
      const item = reader.next();
      if (item === AofItem.END) return false;
      if (item === AofItem.DAMAGE) {
        const damage = examineCut(this.read, this.size, reader.start, reader.damage!);
        const { offset, reason } = damage;
        const unfinished = isUnfinishedEnd(damage) && this.place.file === this.set.files.length - 1;
        this.damage = { file: this.set.files[this.place.file]!, offset, reason, unfinished };
        return false;
      }
      if (item === AofItem.RECORD) {
        this.place.offset = reader.end;
        this.inTransaction = reader.inTransaction;
        this.tell(reader.request, reader.start, reader.end);
      } else this.current().timeSeconds = timeOfAnnotation(reader.annotation) ?? this.current().timeSeconds;
    }
    return true;
  }

  private current(): Operation {
    const file = this.set.files[this.place.file]!;
    return (this.operation ??= { file, start: -1, end: -1, db: 0, timeSeconds: 0, request: NO_REQUEST });
  }

  private tell(request: Request, start: number, end: number): void {
    const operation = this.current();
    if (request.is(0, 'select')) operation.db = Number(request.string(1));
    operation.request = request;
    operation.start = start;
    operation.end = end;
    this.visit(operation);
  }
}
