import { readFileSync, writeFileSync } from 'node:fs';
import type { ConfigValues } from './directives.js';
import type { Log } from '../log.js';

/** Linux's wish list: the higher a process stands, the sooner it is killed when memory runs out. */
const FILE = '/proc/self/oom_score_adj';
const SCORE_MAX = 1000;

/** Keeps the score of this process as `oom-score-adj` and `oom-score-adj-values` say. */
export class OomScore {
  /** The score from before we changed it; null while it is as we found it. */
  private found: number | null = null;

  constructor(
    private readonly config: ConfigValues,
    private readonly log: Log,
  ) {}

  /** Why the score cannot be set (only a privileged process may lower it), or null. */
  apply(): string | null {
    const { 'oom-score-adj': mode, 'oom-score-adj-values': scores } = this.config;
    if (mode === 'no' && this.found === null) return null;
    try {
      this.found ??= Number(readFileSync(FILE, 'latin1'));
      // The first score is that of a server which is no replica.
      const own = mode === 'absolute' ? scores[0]! : this.found + scores[0]!;
      const wanted = mode === 'no' ? this.found : own;
      writeFileSync(FILE, String(Math.min(SCORE_MAX, Math.max(-SCORE_MAX, wanted))));
      if (mode === 'no') this.found = null;
      return null;
    } catch (error) {
      this.log.warn({ error: (error as Error).message }, 'Unable to write oom_score_adj');
      return 'Failed to apply new oom_score_adj configuration, check server logs.';
    }
  }
}
