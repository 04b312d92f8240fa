import { Box, Text, useCursor } from 'ink';
import { type ReactElement, useSyncExternalStore } from 'react';
import type { CommandCatalog } from '../command-catalog.js';
import { highlight } from './highlight.js';
import type { Prompt } from './prompt.js';
import {
  type LayoutKind,
  type LayoutSpan,
  layoutPrompt,
  menuRow,
  type PromptLayout,
} from './prompt-layout.js';
import { fitText, textWidth } from './text-width.js';
import { typingHelp } from './typing-help.js';

/** What the prompt is drawn from besides what is typed. */
export interface PromptSurroundings {
  readonly catalog: CommandCatalog;
  /** `127.0.0.1:6379[2](TX)> ` */
  readonly label: () => string;
  readonly hints: () => boolean;
  readonly lastReplyMs: () => number | undefined;
  readonly size: () => { readonly columns: number; readonly rows: number };
}

const COLOURS: Readonly<
  Record<LayoutKind, { readonly color?: string; readonly dim?: boolean; readonly bold?: boolean }>
> = {
  plain: {},
  prompt: {},
  command: { color: 'cyan', bold: true },
  unknown: { color: 'red' },
  string: { color: 'green' },
  number: { color: 'yellow' },
  token: { color: 'magenta' },
  bad: { color: 'red' },
  shell: { color: 'blue' },
  ghost: { dim: true },
  fold: { dim: true },
};

/** Rows of the terminal that the prompt leaves free, so that it never fills the screen. */
const ROWS_FREE = 3;

/** The prompt, the line with its colours, suggestion and hint, and a row of help below. */
export function PromptView({
  prompt,
  surroundings,
}: {
  prompt: Prompt;
  surroundings: PromptSurroundings;
}): ReactElement {
  const state = useSyncExternalStore(prompt.subscribe, prompt.state);
  const { setCursorPosition } = useCursor();
  const { columns, rows } = surroundings.size();
  const { catalog } = surroundings;
  const helps = surroundings.hints() && state.search === undefined && !state.text.includes('\n');
  const help = helps ? typingHelp(catalog, state.text) : undefined;
  const space = state.text === '' || /\s$/.test(state.text) ? '' : ' ';
  const hint =
    help === undefined || help.hint === '' || state.cursor < state.text.length ? '' : space + help.hint;
  const layout = layoutPrompt({
    prompt: state.search === undefined ? surroundings.label() : searchLabel(state.search),
    spans: highlight(catalog, state.text),
    cursor: state.cursor,
    ghost: state.suggestion === '' ? hint : state.suggestion,
    columns,
    rowsMax: Math.max(3, rows - ROWS_FREE),
  });
  const below =
    state.menu === undefined
      ? helpRow(
          help?.warning ?? '',
          belowText(state.suggestion === '' ? '' : hint, help?.summary ?? ''),
          surroundings.lastReplyMs(),
          columns,
        )
      : menuRow(state.menu.candidates, state.menu.chosen, columns);
  setCursorPosition(layout.cursor);
  return (
    <Box flexDirection="column">
      <Rows rows={layout.rows} />
      {below.length > 0 && <Row spans={below} />}
    </Box>
  );
}

function Rows({ rows }: { rows: PromptLayout['rows'] }): ReactElement {
  return (
    <>
      {rows.map((spans, y) => (
        <Row key={y} spans={spans} />
      ))}
    </>
  );
}

function Row({ spans }: { spans: readonly LayoutSpan[] }): ReactElement {
  return (
    <Text wrap="truncate">
      {spans.length === 0 ? ' ' : null}
      {spans.map(({ text, kind }, i) => {
        const { color, dim = false, bold = false } = COLOURS[kind];
        return (
          <Text key={i} {...(color !== undefined && { color })} dimColor={dim} bold={bold}>
            {text}
          </Text>
        );
      })}
    </Text>
  );
}

function searchLabel({ query, found }: { query: string; found: boolean }): string {
  return `(${found ? '' : 'failed '}reverse-i-search)'${query}': `;
}

function belowText(hint: string, summary: string): string {
  return hint.trim() === '' ? summary : hint.trim();
}

/** A warning or what the command is for on the left, the time of the last reply on the right. */
function helpRow(
  warning: string,
  text: string,
  lastReplyMs: number | undefined,
  columns: number,
): LayoutSpan[] {
  const time = lastReplyMs === undefined ? '' : `${lastReplyMs.toFixed(lastReplyMs < 10 ? 2 : 0)} ms`;
  const room = columns - 3 - textWidth(time);
  const left = fitText(warning === '' ? text : `! ${warning}`, Math.max(0, room));
  if (left === '' && time === '') return [];
  const gap = ' '.repeat(Math.max(1, columns - 1 - textWidth(left) - textWidth(time)));
  return [
    { text: left, kind: warning === '' ? 'fold' : 'number' },
    { text: gap + time, kind: 'fold' },
  ];
}
