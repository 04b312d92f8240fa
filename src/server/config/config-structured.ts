import { type Kind, type Parsed, parseMemory, split } from './config-values.js';

/* Directives whose value has a structure of its own. */

/** BGSAVE after `seconds` if at least `changes` were made. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

export function savePoints(): Kind<readonly SavePoint[]> {
  return {
    initial: [],
    words: true,
    parse: (text) => {
      const words = split(text);
      if (words.length % 2 !== 0) return { error: 'Invalid save parameters' };
      const value: SavePoint[] = [];
      for (let i = 0; i < words.length; i += 2) {
        const [seconds, changes] = [decimal(words[i]!), decimal(words[i + 1]!)];
        if (!(seconds >= 1 && changes >= 0)) return { error: 'Invalid save parameters' };
        value.push({ seconds, changes });
      }
      return { value };
    },
    print: (value) => value.map(({ seconds, changes }) => `${seconds} ${changes}`).join(' '),
  };
}

/** Bytes of replies that may wait for one client: at once (`hardBytes`), or for `softSeconds` (`softBytes`). 0 is no limit. */
export interface OutputLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

export type ClientClass = 'normal' | 'slave' | 'pubsub';
export type OutputLimits = Readonly<Record<ClientClass, OutputLimit>>;

const MB = 1024 * 1024;
const OUTPUT_LIMITS: OutputLimits = {
  normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
  slave: { hardBytes: 256 * MB, softBytes: 64 * MB, softSeconds: 60 },
  pubsub: { hardBytes: 32 * MB, softBytes: 8 * MB, softSeconds: 60 },
};

/** `class hard soft seconds`, for one class or several; classes that are not named keep their limits: see `mergeLimits`. */
export function outputLimits(): Kind<OutputLimits> {
  return {
    initial: OUTPUT_LIMITS,
    words: true,
    parse: (text) => mergeLimits(OUTPUT_LIMITS, text),
    print: (value) =>
      (['normal', 'slave', 'pubsub'] as const)
        .map((name) => {
          const { hardBytes, softBytes, softSeconds } = value[name];
          return `${name} ${hardBytes} ${softBytes} ${softSeconds}`;
        })
        .join(' '),
  };
}

/** The limits `current` with those that `text` names replaced. */
export function mergeLimits(current: OutputLimits, text: string): Parsed<OutputLimits> {
  const words = split(text);
  if (words.length === 0 || words.length % 4 !== 0) {
    return { error: 'Wrong number of arguments in buffer limit configuration.' };
  }
  const value: Record<ClientClass, OutputLimit> = { ...current };
  for (let i = 0; i < words.length; i += 4) {
    const name = clientClass(words[i]!);
    if (name === null || name === 'primary')
      return { error: 'Invalid client class specified in buffer limit configuration.' };
    const hardBytes = parseMemory(words[i + 1]!);
    const softBytes = parseMemory(words[i + 2]!);
    const softSeconds = decimal(words[i + 3]!);
    if (hardBytes === null || softBytes === null || !(softSeconds >= 0)) {
      return { error: 'Error in hard, soft or soft_seconds setting in buffer limit configuration.' };
    }
    value[name] = { hardBytes, softBytes, softSeconds };
  }
  return { value };
}

/** A class of clients by its name, old names included. */
export function clientClass(word: string): ClientClass | 'primary' | null {
  switch (word.toLowerCase()) {
    case 'normal':
      return 'normal';
    case 'slave':
    case 'replica':
      return 'slave';
    case 'pubsub':
      return 'pubsub';
    case 'master':
      return 'primary';
    default:
      return null;
  }
}

export function percentiles(initial: readonly number[]): Kind<readonly number[]> {
  return {
    initial,
    words: true,
    parse: (text) => {
      const value: number[] = [];
      for (const word of split(text)) {
        const percentile = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : NaN;
        if (Number.isNaN(percentile))
          return { error: 'Invalid latency-tracking-info-percentiles parameters' };
        if (percentile < 0 || percentile > 100) {
          return { error: 'latency-tracking-info-percentiles parameters should sit between [0.0,100.0]' };
        }
        value.push(percentile);
      }
      return { value };
    },
    print: (value) => value.join(' '),
  };
}

/** Three scores for the process, its replica and its child; kept for the sake of redis.conf. */
export function oomScores(): Kind<readonly number[]> {
  return {
    initial: [0, 200, 800],
    words: true,
    parse: (text) => {
      const words = split(text);
      if (words.length !== 3) return { error: 'wrong number of arguments' };
      const value = words.map(Number);
      if (value.some((score) => !Number.isInteger(score) || score < -2000 || score > 2000)) {
        return { error: 'Invalid oom-score-adj-values, elements must be between -2000 and 2000.' };
      }
      if (value[1]! < value[0]! || value[2]! < value[1]!) {
        return {
          error: 'The oom-score-adj-values for master, replica and child must be in ascending order.',
        };
      }
      return { value };
    },
    print: (value) => value.join(' '),
  };
}

/** `host port` of a primary, or nothing. */
export function replicaOf(): Kind<string> {
  return {
    initial: '',
    words: true,
    parse: (text) => {
      const words = split(text);
      const [host = '', port = ''] = words;
      if (words.length !== 2) return { error: 'wrong number of arguments' };
      if (host.toLowerCase() === 'no' && port.toLowerCase() === 'one') return { value: '' };
      if (!(decimal(port) >= 1 && decimal(port) <= 65535)) return { error: 'Invalid master port' };
      return { value: `${host} ${port}` };
    },
    print: (value) => value,
  };
}

function decimal(word: string): number {
  return /^\d{1,15}$/.test(word) ? Number(word) : NaN;
}
