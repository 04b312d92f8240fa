import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EDIT_KEYS } from '../../../src/client/repl/key-bindings.js';
import { LineEditor } from '../../../src/client/repl/line-editor.js';
import { graphemes } from '../../../src/client/repl/text-width.js';

test('undo goes back word by word, and through kills', () => {
  const editor = new LineEditor();
  for (const character of 'SET key value') editor.insert(character);
  editor.killToStart();
  const seen: string[] = [];
  for (let i = 0; i < 5; i++) {
    editor.undo();
    seen.push(editor.text);
  }
  expect(seen).toEqual(['SET key value', 'SET key', 'SET', '', '']);
});

test('in a text of several lines, line keys stay in their line and rows can be changed', () => {
  const editor = new LineEditor();
  editor.insert('first\nsecond\nthird');
  editor.home();
  expect(editor.cursor).toBe(13);
  expect(editor.row(-1)).toBe(true);
  editor.killToEnd();
  expect(editor.text).toBe('first\n\nthird');
  editor.killToEnd();
  expect(editor.text).toBe('first\nthird');
  expect(editor.row(-1)).toBe(true);
  expect(editor.row(-1)).toBe(false);
});

test('whatever keys are pressed, the cursor stays between characters', () => {
  const key = fc.constantFrom(...Object.keys(EDIT_KEYS), 'end', 'x', ' ', '日', '👨‍👩‍👧', '\n');
  fc.assert(
    fc.property(fc.array(key, { maxLength: 40 }), (keys) => {
      const editor = new LineEditor();
      for (const name of keys)
        (
          EDIT_KEYS[name] ??
          ((target: LineEditor) => {
            target.insert(name);
          })
        )(editor);
      expect(editor.cursor).toBeGreaterThanOrEqual(0);
      expect(editor.cursor).toBeLessThanOrEqual(editor.text.length);
      const before = editor.text.slice(0, editor.cursor);
      const after = editor.text.slice(editor.cursor);
      expect([...graphemes(before), ...graphemes(after)].join('')).toBe(editor.text);
    }),
  );
});
