import type { Span, SpanKind } from './highlight.js';
import { fitText, graphemes, graphemeWidth, textWidth } from './text-width.js';

export type LayoutKind = SpanKind | 'prompt' | 'ghost' | 'fold';

export interface LayoutSpan {
  readonly text: string;
  readonly kind: LayoutKind;
}

/** Rows to draw, and where among them the cursor stands. */
export interface PromptLayout {
  readonly rows: readonly (readonly LayoutSpan[])[];
  readonly cursor: { readonly x: number; readonly y: number };
}

interface LayoutInput {
  readonly prompt: string;
  readonly spans: readonly Span[];
  readonly cursor: number;
  /** Shown behind the text, as far as it fits into the row. */
  readonly ghost: string;
  readonly columns: number;
  /** How many rows there may be; of a longer text those around the cursor are shown. */
  readonly rowsMax: number;
}

const CONTINUATION = '... ';

/** Breaks the line into rows as wide as the terminal. The last column stays free for the cursor. */
export function layoutPrompt(input: LayoutInput): PromptLayout {
  const width = Math.max(2, input.columns - 1);
  const rows: LayoutSpan[][] = [[]];
  let x = 0;
  let cursor = { x: 0, y: 0 };
  let offset = 0;
  const put = (text: string, kind: LayoutKind): void => {
    const row = rows.at(-1);
    const last = row?.at(-1);
    if (last?.kind === kind) row?.splice(-1, 1, { text: last.text + text, kind });
    else row?.push({ text, kind });
  };
  const place = (grapheme: string, kind: LayoutKind): void => {
    const columns = graphemeWidth(grapheme);
    if (x + columns > width) {
      rows.push([]);
      x = 0;
    }
    put(grapheme, kind);
    x += columns;
  };
  const markCursor = (): void => {
    if (offset === input.cursor) cursor = { x, y: rows.length - 1 };
  };
  for (const grapheme of graphemes(input.prompt)) place(grapheme, 'prompt');
  for (const { text, kind } of input.spans) {
    for (const grapheme of graphemes(text)) {
      markCursor();
      if (grapheme === '\n') {
        rows.push([]);
        x = 0;
        for (const character of CONTINUATION) place(character, 'prompt');
      } else place(visible(grapheme), kind);
      offset += grapheme.length;
    }
  }
  markCursor();
  const ghost = fitText(input.ghost, width - x);
  if (ghost !== '') put(ghost, 'ghost');
  return fold({ rows, cursor }, input.rowsMax);
}

/** Control characters as carets, so that they take the room they seem to. */
function visible(grapheme: string): string {
  const code = grapheme.charCodeAt(0);
  if (grapheme.length > 1 || (code >= 32 && code !== 127)) return grapheme;
  return code === 9 ? ' ' : '\u{fffd}';
}

function fold({ rows, cursor }: PromptLayout, rowsMax: number): PromptLayout {
  if (rows.length <= rowsMax) return { rows, cursor };
  const room = Math.max(1, rowsMax - 2);
  const first = Math.max(0, Math.min(cursor.y - Math.floor(room / 2), rows.length - room));
  const shown = rows.slice(first, first + room);
  const above: LayoutSpan[] = [{ text: `... ${first} rows above`, kind: 'fold' }];
  const left = rows.length - first - shown.length;
  const below: LayoutSpan[] = [{ text: left === 0 ? ' ' : `... ${left} rows below`, kind: 'fold' }];
  return { rows: [above, ...shown, below], cursor: { x: cursor.x, y: cursor.y - first + 1 } };
}

/** Candidates side by side as far as they fit, with the chosen one in sight. */
export function menuRow(candidates: readonly string[], chosen: number, columns: number): LayoutSpan[] {
  let first = 0;
  const width = (from: number, to: number): number =>
    candidates.slice(from, to).reduce((sum, candidate) => sum + textWidth(candidate) + 2, 0);
  while (first < chosen && width(first, chosen + 1) > columns - 6) first++;
  const spans: LayoutSpan[] = [];
  let used = 0;
  for (let at = first; at < candidates.length; at++) {
    const text = `${candidates[at] ?? ''}  `;
    used += textWidth(text);
    if (used > columns - 6) {
      spans.push({ text: `+${candidates.length - at}`, kind: 'fold' });
      break;
    }
    spans.push({ text, kind: at === chosen ? 'command' : 'fold' });
  }
  return spans;
}
