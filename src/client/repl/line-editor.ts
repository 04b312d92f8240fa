import { graphemes } from './text-width.js';

interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

/** How many steps undo can go back. */
const UNDO_MAX = 500;
/** How long a line may get, so that a paste gone wrong does not fill memory. */
const LINE_LENGTH_MAX = 64 * 1024 * 1024;

/** The text being typed, with emacs's operations on it. Positions are in UTF-16 units and stay between graphemes. */
export class LineEditor {
  #text = '';
  #cursor = 0;
  #killed = '';
  #undo: Snapshot[] = [];
  /** The last change inserted a character: the next one belongs to the same step of undo. */
  #typing = false;

  get text(): string {
    return this.#text;
  }

  get cursor(): number {
    return this.#cursor;
  }

  get atEnd(): boolean {
    return this.#cursor === this.#text.length;
  }

  /** Replaces the whole line, as history does; undo comes back to what was there. */
  set(text: string, cursor = text.length): void {
    this.#change(text, cursor);
  }

  /** An empty line without a past. */
  reset(): void {
    this.#text = '';
    this.#cursor = 0;
    this.#undo = [];
    this.#typing = false;
  }

  insert(inserted: string): void {
    const isTyping = this.#typing && inserted !== ' ';
    const text = this.#text.slice(0, this.#cursor) + inserted + this.#text.slice(this.#cursor);
    if (text.length > LINE_LENGTH_MAX) return;
    const cursor = this.#cursor + inserted.length;
    if (isTyping) {
      this.#text = text;
      this.#cursor = cursor;
    } else this.#change(text, cursor);
    this.#typing = true;
  }

  /** Replaces what stands between two positions, and goes to the end of it. */
  replace(start: number, end: number, replacement: string): void {
    this.#change(
      this.#text.slice(0, start) + replacement + this.#text.slice(end),
      start + replacement.length,
    );
  }

  left(): void {
    this.#move(
      this.#cursor - (graphemes(this.#text.slice(this.#rowStart(), this.#cursor)).at(-1) ?? '\n').length,
    );
  }

  right(): void {
    this.#move(
      this.#cursor + (graphemes(this.#text.slice(this.#cursor, this.#rowEnd())).at(0) ?? '\n').length,
    );
  }

  wordLeft(): void {
    this.#move(this.#wordStart());
  }

  wordRight(): void {
    this.#move(this.#wordEnd());
  }

  home(): void {
    this.#move(this.#rowStart());
  }

  end(): void {
    this.#move(this.#rowEnd());
  }

  /** One row up or down in a text of several; whether there was one. */
  row(direction: -1 | 1): boolean {
    const start = this.#rowStart();
    const column = this.#cursor - start;
    if (direction < 0 ? start === 0 : this.#rowEnd() === this.#text.length) return false;
    this.#move(direction < 0 ? start - 1 : this.#rowEnd() + 1);
    this.#move(Math.min(this.#rowStart() + column, this.#rowEnd()));
    return true;
  }

  backspace(): void {
    const to = this.#cursor;
    this.left();
    this.#cut(this.#cursor, to);
  }

  delete(): void {
    const from = this.#cursor;
    this.right();
    this.#cut(from, this.#cursor);
  }

  killToEnd(): void {
    const end = this.#rowEnd();
    this.#kill(this.#cursor, end === this.#cursor ? Math.min(end + 1, this.#text.length) : end);
  }

  killToStart(): void {
    this.#kill(this.#rowStart(), this.#cursor);
  }

  killWordLeft(): void {
    this.#kill(this.#wordStart(), this.#cursor);
  }

  killWordRight(): void {
    this.#kill(this.#cursor, this.#wordEnd());
  }

  /** As Ctrl-W in a shell: back to a space, whatever stands between. */
  killArgumentLeft(): void {
    const before = this.#text.slice(0, this.#cursor).replace(/\S*\s*$/, '');
    this.#kill(before.length, this.#cursor);
  }

  yank(): void {
    if (this.#killed !== '') this.replace(this.#cursor, this.#cursor, this.#killed);
  }

  transpose(): void {
    if (this.atEnd) this.left();
    const at = this.#cursor;
    const [before, after] = [
      graphemes(this.#text.slice(0, at)).at(-1),
      graphemes(this.#text.slice(at)).at(0),
    ];
    if (before === undefined || after === undefined) return;
    this.replace(at - before.length, at + after.length, after + before);
  }

  undo(): void {
    const snapshot = this.#undo.pop();
    if (snapshot === undefined) return;
    this.#text = snapshot.text;
    this.#cursor = snapshot.cursor;
    this.#typing = false;
  }

  #wordStart(): number {
    return this.#text.slice(0, this.#cursor).replace(/[\p{L}\p{N}_]*[^\p{L}\p{N}_]*$/u, '').length;
  }

  #wordEnd(): number {
    const rest = this.#text.slice(this.#cursor);
    return this.#cursor + (/^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(rest)?.[0].length ?? 0);
  }

  #rowStart(): number {
    return this.#cursor === 0 ? 0 : this.#text.lastIndexOf('\n', this.#cursor - 1) + 1;
  }

  #rowEnd(): number {
    const end = this.#text.indexOf('\n', this.#cursor);
    return end < 0 ? this.#text.length : end;
  }

  #move(position: number): void {
    this.#cursor = Math.max(0, Math.min(this.#text.length, position));
    this.#typing = false;
  }

  #kill(from: number, to: number): void {
    if (from === to) return;
    this.#killed = this.#text.slice(from, to);
    this.#cut(from, to);
  }

  #cut(from: number, to: number): void {
    if (from !== to) this.#change(this.#text.slice(0, from) + this.#text.slice(to), from, to);
  }

  /** Changes text and cursor; undo restores what was before, with the cursor at `undoCursor`. */
  #change(text: string, cursor: number, undoCursor = this.#cursor): void {
    this.#undo.push({ text: this.#text, cursor: undoCursor });
    if (this.#undo.length > UNDO_MAX) this.#undo.shift();
    this.#text = text;
    this.#cursor = cursor;
    this.#typing = false;
  }
}
