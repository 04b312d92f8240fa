import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { splitInline } from '../../protocol/inline.js';
import { ConfigError, type Configuration } from './configuration.js';

/** Depth to which files may include each other. */
const INCLUDES_MAX = 16;

/** The words of a line of redis.conf: none for a blank line or a comment, null when its quotes are unbalanced. */
export function readConfigLine(line: string): string[] | null {
  const trimmed = line.trim();
  return trimmed === '' || trimmed.startsWith('#') ? [] : splitInline(trimmed);
}

/** Applies the text of a redis.conf. `where` names it in errors. */
export function readConfigText(configuration: Configuration, text: string, where: string, depth = 0): void {
  for (const [i, line] of text.split('\n').entries()) {
    const fail = (reason: string): never => {
      throw new ConfigError(`${where}, line ${i + 1}: '${line.trim()}': ${reason}`);
    };
    const words = readConfigLine(line);
    if (words === null) fail('Unbalanced quotes in configuration line');
    else if (words.length > 0) {
      const reason = applyDirective(configuration, words, depth);
      if (reason !== null) fail(reason);
    }
  }
}

/** Reads a redis.conf, with those it includes. */
export function readConfigFile(configuration: Configuration, path: string, depth = 0): void {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    throw new ConfigError(`cannot open config file '${path}': ${(error as Error).message}`, { cause: error });
  }
  if (depth === 0) configuration.file = resolve(path);
  readConfigText(configuration, text, path, depth);
}

/** Applies one line: why it cannot be accepted, or null. */
export function applyDirective(
  configuration: Configuration,
  words: readonly string[],
  depth: number,
): string | null {
  const [name = '', ...values] = words;
  switch (name.toLowerCase()) {
    case 'include':
      if (values.length !== 1) return 'wrong number of arguments';
      if (depth >= INCLUDES_MAX) return 'too many files include each other';
      readConfigFile(configuration, values[0]!, depth + 1);
      return null;
    case 'rename-command':
      if (values.length !== 2) return 'wrong number of arguments';
      configuration.renames.push([values[0]!.toLowerCase(), values[1]!.toLowerCase()]);
      return null;
    case 'loadmodule':
      return 'modules are written for another server and cannot be loaded';
    case 'user':
      return 'users are not supported yet: use requirepass';
    default:
      return configuration.setAtStart(name, values);
  }
}
