import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandCatalog } from '../command-catalog.js';
import type { Session } from '../session.js';
import { commonPrefix, complete, type Completion } from './completion.js';
import type { History } from './history.js';
import { ACTION_KEYS, EDIT_KEYS, type PromptAction } from './key-bindings.js';
import { LineEditor } from './line-editor.js';
import type { Key } from './terminal.js';

/** Candidates that take longer than this come too late. */
const COMPLETION_MS_MAX = 1000;

/** What the prompt shows at one moment. */
export interface PromptState {
  readonly text: string;
  readonly cursor: number;
  /** The rest of a line of earlier that begins like this one. */
  readonly suggestion: string;
  /** Candidates of a completion, and which of them stands in the line. */
  readonly menu: { readonly candidates: readonly string[]; readonly chosen: number } | undefined;
  /** What Ctrl-R looks for. */
  readonly search: { readonly query: string; readonly found: boolean } | undefined;
}

/** What a key led to: the line is complete, the user wants to leave, or the caller shall do something. */
export type PromptOutcome = 'line' | 'leave' | 'interrupt' | 'clear-screen' | 'suspend';

/** The prompt's behaviour without its looks: keys come in, states and outcomes come out. */
export class Prompt {
  readonly #editor = new LineEditor();
  readonly #history: History;
  readonly #catalog: CommandCatalog;
  readonly #session: Session;
  readonly #listeners = new Set<() => void>();
  #state: PromptState;
  /** Where ↑ and ↓ are in the history; its length is the line being typed, kept in `#draft`. */
  #historyAt: number;
  #draft = '';
  #completion: (Completion & { readonly line: string; chosen: number }) | undefined;
  #search: { query: string; at: number; readonly before: string } | undefined;

  constructor(history: History, catalog: CommandCatalog, session: Session) {
    this.#history = history;
    this.#catalog = catalog;
    this.#session = session;
    this.#historyAt = history.entries.length;
    this.#state = this.#makeState();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): PromptState => this.#state;

  /** An empty line, and the history as it is now. */
  reset(): void {
    this.#editor.reset();
    this.#historyAt = this.#history.entries.length;
    this.#completion = undefined;
    this.#search = undefined;
    this.#changed();
  }

  /** Shows again what depends on others: connection, hints. */
  refresh(): void {
    this.#changed();
  }

  /** Takes a key. Asynchronous only where the server is asked, so that a burst of keys is drawn once. */
  press(key: Key): PromptOutcome | undefined | Promise<undefined> {
    if (this.#search !== undefined && this.#pressInSearch(key, this.#search)) return undefined;
    const action = ACTION_KEYS[key.name];
    if (action === 'complete' || action === 'complete-back')
      return this.#complete(action === 'complete' ? 1 : -1);
    this.#completion = undefined;
    if (action !== undefined) return this.#act(action);
    const edit = EDIT_KEYS[key.name];
    if (edit !== undefined) edit(this.#editor);
    else if (key.text !== '') this.#editor.insert(key.text);
    this.#changed();
    return undefined;
  }

  #act(action: Exclude<PromptAction, 'complete' | 'complete-back'>): PromptOutcome | undefined {
    const editor = this.#editor;
    switch (action) {
      case 'submit':
        return 'line';
      case 'interrupt':
      case 'leave':
        return action;
      case 'clear-screen':
      case 'suspend':
        return action;
      case 'end-of-input':
        if (editor.text === '') return 'leave';
        editor.delete();
        break;
      case 'newline':
        editor.insert('\n');
        break;
      case 'history-previous':
        if (!editor.row(-1)) this.#browse(-1);
        break;
      case 'history-next':
        if (!editor.row(1)) this.#browse(1);
        break;
      case 'search':
        this.#search = { query: '', at: this.#history.entries.length, before: editor.text };
        break;
      case 'accept':
        if (editor.atEnd) this.#acceptSuggestion();
        else editor.right();
        break;
      case 'accept-end':
        if (editor.atEnd) this.#acceptSuggestion();
        else editor.end();
        break;
      case 'cancel':
        break;
    }
    this.#changed();
    return undefined;
  }

  #acceptSuggestion(): void {
    if (this.#state.suggestion !== '') this.#editor.insert(this.#state.suggestion);
  }

  #browse(direction: -1 | 1): void {
    const { entries } = this.#history;
    const at = this.#historyAt + direction;
    if (at < 0 || at > entries.length) return;
    if (this.#historyAt === entries.length) this.#draft = this.#editor.text;
    this.#historyAt = at;
    this.#editor.set(entries[at] ?? this.#draft);
  }

  /** Whether the key belonged to the search; any other key ends it and then does its work on what was found. */
  #pressInSearch(key: Key, search: { query: string; at: number; readonly before: string }): boolean {
    const { entries } = this.#history;
    const find = (query: string, before: number): void => {
      const at = query === '' ? -1 : this.#history.search(query, before);
      const found = entries[at];
      search.query = query;
      if (found !== undefined) {
        search.at = at;
        this.#editor.set(found);
      } else if (query !== '') search.at = -1;
    };
    if (key.name === 'ctrl-r') find(search.query, Math.max(search.at, 0));
    else if (key.name === 'backspace') find(search.query.slice(0, -1), entries.length);
    else if (key.name === 'ctrl-g' || key.name === 'ctrl-c' || key.name === 'escape') {
      this.#editor.set(search.before);
      this.#search = undefined;
    } else if (key.text !== '' && key.name !== 'paste') find(search.query + key.text, entries.length);
    else {
      this.#search = undefined;
      return false;
    }
    this.#changed();
    return true;
  }

  async #complete(direction: 1 | -1): Promise<undefined> {
    const editor = this.#editor;
    const current = this.#completion;
    if (current !== undefined) {
      const count = current.candidates.length;
      current.chosen = (current.chosen + direction + count) % count;
      this.#place(current, current.candidates[current.chosen] ?? '');
      return undefined;
    }
    const line = editor.text;
    const search = complete(this.#catalog, this.#session, line, editor.cursor).catch(() => undefined);
    // A server that is busy must not take the keyboard away.
    const completion = await Promise.race([search, sleep(COMPLETION_MS_MAX, undefined, { ref: false })]);
    if (completion === undefined || completion.candidates.length === 0 || editor.text !== line)
      return undefined;
    const { candidates, start, end } = completion;
    const [only = ''] = candidates;
    const common = candidates.length === 1 ? `${only} ` : commonPrefix(candidates);
    const progress = candidates.length === 1 || common.length > end - start;
    if (progress) editor.replace(start, end, common);
    if (candidates.length > 1) {
      this.#completion = { ...completion, end: editor.cursor, line: editor.text, chosen: progress ? -1 : 0 };
      if (!progress) this.#place(this.#completion, only);
    }
    this.#changed();
    return undefined;
  }

  /** Puts a candidate in the place of the one before it. */
  #place(completion: Completion & { readonly line: string }, candidate: string): void {
    const { line, start, end } = completion;
    this.#editor.set(line.slice(0, start) + candidate + line.slice(end), start + candidate.length);
    this.#changed();
  }

  #changed(): void {
    this.#state = this.#makeState();
    for (const listener of this.#listeners) listener();
  }

  #makeState(): PromptState {
    const { text, cursor, atEnd } = this.#editor;
    const quiet = this.#search !== undefined || this.#completion !== undefined || !atEnd;
    const suggested = quiet ? undefined : this.#history.suggestion(text);
    const completion = this.#completion;
    const search = this.#search;
    return {
      text,
      cursor,
      suggestion: suggested?.slice(text.length) ?? '',
      menu:
        completion === undefined
          ? undefined
          : { candidates: completion.candidates, chosen: completion.chosen },
      search: search === undefined ? undefined : { query: search.query, found: search.at >= 0 },
    };
  }
}
