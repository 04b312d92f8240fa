import { render } from 'ink';
import type { Prompt } from './prompt.js';
import { type PromptSurroundings, PromptView } from './prompt-view.js';

/** A burst of keys (a paste without brackets) is drawn so often at most; 30, Ink's default, shows as a delay. */
const FRAMES_PER_SECOND = 120;

/** Draws the prompt until the returned function is called. Keys are not Ink's business: see `Terminal`. */
export function mountPrompt(prompt: Prompt, surroundings: PromptSurroundings): () => void {
  const instance = render(<PromptView prompt={prompt} surroundings={surroundings} />, {
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: FRAMES_PER_SECOND,
  });
  const onResize = (): void => {
    prompt.refresh();
  };
  process.stdout.on('resize', onResize);
  return () => {
    process.stdout.off('resize', onResize);
    // Nothing is what the last frame shows: one empty line, taken back here. What stays of the prompt on the screen
    // is for the caller to print, as a plain line that the terminal wraps by itself.
    instance.rerender(<></>);
    instance.unmount();
    process.stdout.write('\x1b[1A\r\x1b[J');
  };
}
