import type { LineEditor } from './line-editor.js';

/** What a key does beyond editing the line. */
export type PromptAction =
  | 'submit'
  | 'newline'
  | 'interrupt'
  | 'end-of-input'
  | 'leave'
  | 'complete'
  | 'complete-back'
  | 'history-previous'
  | 'history-next'
  | 'search'
  | 'clear-screen'
  | 'suspend'
  | 'accept'
  | 'accept-end'
  | 'cancel';

/** Keys that edit the line. */
export const EDIT_KEYS: Readonly<Record<string, (editor: LineEditor) => void>> = {
  left: (editor) => {
    editor.left();
  },
  'ctrl-b': (editor) => {
    editor.left();
  },
  'alt-b': (editor) => {
    editor.wordLeft();
  },
  'ctrl-left': (editor) => {
    editor.wordLeft();
  },
  'alt-left': (editor) => {
    editor.wordLeft();
  },
  'alt-f': (editor) => {
    editor.wordRight();
  },
  'ctrl-right': (editor) => {
    editor.wordRight();
  },
  'alt-right': (editor) => {
    editor.wordRight();
  },
  home: (editor) => {
    editor.home();
  },
  'ctrl-a': (editor) => {
    editor.home();
  },
  backspace: (editor) => {
    editor.backspace();
  },
  'ctrl-h': (editor) => {
    editor.backspace();
  },
  delete: (editor) => {
    editor.delete();
  },
  'ctrl-k': (editor) => {
    editor.killToEnd();
  },
  'ctrl-u': (editor) => {
    editor.killToStart();
  },
  'ctrl-w': (editor) => {
    editor.killArgumentLeft();
  },
  'alt-backspace': (editor) => {
    editor.killWordLeft();
  },
  'alt-d': (editor) => {
    editor.killWordRight();
  },
  'ctrl-delete': (editor) => {
    editor.killWordRight();
  },
  'ctrl-y': (editor) => {
    editor.yank();
  },
  'ctrl-t': (editor) => {
    editor.transpose();
  },
  'ctrl-_': (editor) => {
    editor.undo();
  },
};

/** Keys that do something else. Right, Ctrl-F, End and Ctrl-E take the suggestion when they stand at its beginning. */
export const ACTION_KEYS: Readonly<Record<string, PromptAction>> = {
  return: 'submit',
  enter: 'submit',
  'alt-return': 'newline',
  'alt-enter': 'newline',
  'ctrl-c': 'interrupt',
  'ctrl-d': 'end-of-input',
  hangup: 'leave',
  tab: 'complete',
  backtab: 'complete-back',
  up: 'history-previous',
  'ctrl-p': 'history-previous',
  down: 'history-next',
  'ctrl-n': 'history-next',
  'ctrl-r': 'search',
  'ctrl-l': 'clear-screen',
  'ctrl-z': 'suspend',
  right: 'accept',
  'ctrl-f': 'accept',
  end: 'accept-end',
  'ctrl-e': 'accept-end',
  escape: 'cancel',
  'ctrl-g': 'cancel',
};
