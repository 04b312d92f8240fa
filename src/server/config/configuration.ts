import { globMatches } from '../../bytes/glob.js';
import type { CommandTable } from '../commands/table.js';
import type { Kind, Parsed } from './config-values.js';
import { mergeLimits } from './config-structured.js';
import {
  ALIASES,
  type ConfigValues,
  DIRECTIVES,
  type DirectiveName,
  HIDDEN,
  IMMUTABLE,
  PROTECTED,
} from './directives.js';

/** Why a value cannot take effect, or null when it has. A promise while that must be waited for (listening). */
export type Effect = (value: never) => string | null | Promise<string | null>;

/** What CONFIG SET could not do. */
export interface ConfigFailure {
  readonly directive: string;
  /** Null for a directive that does not exist. */
  readonly reason: string | null;
}

/**
 * The directives of one server as text: read from a file or the command line, asked for and changed by CONFIG. Code
 * that only needs a value reads `values`.
 */
export class Configuration {
  /** Directives that were set from a file, the command line or a program; CONFIG REWRITE keeps them. */
  readonly given = new Set<DirectiveName>();
  /** Commands that go by another name, or by none (''). */
  readonly renames: (readonly [name: string, newName: string])[] = [];
  /** The redis.conf that was read, or ''. */
  file = '';
  private readonly effects = new Map<DirectiveName, Effect>();
  /** What holds for directives that nothing sets: CONFIG REWRITE need not write it. */
  private readonly defaults: ConfigValues;

  constructor(readonly values: ConfigValues) {
    this.defaults = { ...values };
  }

  /** True for a directive that has the value it would have without being set. */
  isDefault(directive: DirectiveName): boolean {
    return kindOf(directive).print(this.defaults[directive]) === this.text(directive);
  }

  /** Calls `effect` with every value that CONFIG SET gives to `name`. */
  onChange<Name extends DirectiveName>(
    name: Name,
    effect: (value: ConfigValues[Name]) => string | null | Promise<string | null>,
  ): void {
    this.effects.set(name, effect);
  }

  /** Name and text of every directive and alias that a pattern matches, without regard to case. */
  matching(patterns: readonly string[]): Map<string, string> {
    const found = new Map<string, string>();
    for (const name of NAMES) {
      const wanted = HIDDEN.has(name)
        ? patterns.some((pattern) => pattern.toLowerCase() === name)
        : patterns.some((pattern) => globMatches(pattern, name, true));
      if (wanted) found.set(name, this.text(name));
    }
    return found;
  }

  /** The text of a directive, by its name or an alias. */
  text(name: string): string {
    const directive = directiveNamed(name)!;
    return kindOf(directive).print(this.values[directive]);
  }

  /** Sets a directive before the server starts; why it could not, or null. `words` are those of a line of redis.conf. */
  setAtStart(name: string, words: readonly string[]): string | null {
    const directive = directiveNamed(name.toLowerCase());
    if (directive === null) return 'Bad directive or wrong number of arguments';
    const kind = kindOf(directive);
    if (words.length !== 1 && kind.words !== true) return 'wrong number of arguments';
    const again = this.given.has(directive);
    const parsed = this.parse(directive, words.join(' '));
    if ('error' in parsed) return parsed.error;
    // Each line of `save` adds its points; an empty one takes back those before it.
    if (directive === 'save' && again && words.join('') !== '') {
      this.values.save = [...this.values.save, ...(parsed.value as ConfigValues['save'])];
    } else this.assign(directive, parsed.value);
    this.given.add(directive);
    return null;
  }

  /** CONFIG SET: all of `pairs` or none. `local`: it is asked for on this machine. */
  set(
    pairs: readonly (readonly [name: string, text: string])[],
    local = true,
  ): ConfigFailure | null | Promise<ConfigFailure | null> {
    const directives: DirectiveName[] = [];
    const unknown = pairs.find(([name]) => directiveNamed(name.toLowerCase()) === null);
    if (unknown !== undefined) return { directive: unknown[0], reason: null };
    for (const [name] of pairs) {
      const directive = directiveNamed(name.toLowerCase())!;
      const refusal = this.refusal(directive, directives, local);
      if (refusal !== null) return { directive: name, reason: refusal };
      directives.push(directive);
    }
    const before = directives.map((directive) => this.values[directive]);
    const changed: number[] = [];
    for (const [i, [name, text]] of pairs.entries()) {
      const directive = directives[i]!;
      const parsed = this.parse(directive, text);
      if ('error' in parsed) {
        this.restore(directives, before, i);
        return { directive: name, reason: parsed.error };
      }
      const kind = kindOf(directive);
      if (kind.print(parsed.value) !== kind.print(before[i])) changed.push(i);
      this.assign(directive, parsed.value);
    }
    return this.take(pairs, directives, before, changed, 0);
  }

  /** Lets the changes take effect one by one from `at` on; undoes all of them when one cannot. */
  private take(
    pairs: readonly (readonly [string, string])[],
    directives: readonly DirectiveName[],
    before: readonly unknown[],
    changed: readonly number[],
    from: number,
  ): ConfigFailure | null | Promise<ConfigFailure | null> {
    for (let at = from; at < changed.length; at++) {
      const index = changed[at]!;
      const result = this.effect(directives[index]!);
      const judge = (reason: string | null): ConfigFailure | null => {
        if (reason === null) return null;
        this.restore(directives, before, directives.length);
        for (const done of changed.slice(0, at)) void this.effect(directives[done]!);
        return { directive: pairs[index]![0], reason };
      };
      if (result instanceof Promise) {
        return result.then(
          (reason) => judge(reason) ?? this.take(pairs, directives, before, changed, at + 1),
        );
      }
      const failure = judge(result);
      if (failure !== null) return failure;
    }
    for (const directive of directives) this.given.add(directive);
    return null;
  }

  private effect(directive: DirectiveName): string | null | Promise<string | null> {
    return this.effects.get(directive)?.(this.values[directive] as never) ?? null;
  }

  private refusal(
    directive: DirectiveName,
    already: readonly DirectiveName[],
    local: boolean,
  ): string | null {
    if (IMMUTABLE.has(directive)) return "can't set immutable config";
    const allowed = this.values['enable-protected-configs'];
    if (PROTECTED.has(directive) && (allowed === 'no' || (allowed === 'local' && !local)))
      return "can't set protected config";
    if (already.includes(directive)) return 'duplicate parameter';
    return null;
  }

  private parse(directive: DirectiveName, text: string): Parsed<unknown> {
    if (directive === 'client-output-buffer-limit') {
      return mergeLimits(this.values['client-output-buffer-limit'], text);
    }
    return kindOf(directive).parse(text);
  }

  private assign(directive: DirectiveName, value: unknown): void {
    Object.assign(this.values, { [directive]: value });
  }

  private restore(directives: readonly DirectiveName[], before: readonly unknown[], count: number): void {
    for (let i = 0; i < count; i++) this.assign(directives[i]!, before[i]);
  }
}

/** Names and aliases. */
export const NAMES: readonly string[] = [...Object.keys(DIRECTIVES), ...Object.keys(ALIASES)];

/** The directive of a name or alias in lower case, or null. */
export function directiveNamed(name: string): DirectiveName | null {
  if (Object.hasOwn(DIRECTIVES, name)) return name as DirectiveName;
  return Object.hasOwn(ALIASES, name) ? ALIASES[name]! : null;
}

/** How the text of a directive is read and printed; what it reads is what it prints. */
export function kindOf(directive: DirectiveName): Kind<unknown> {
  return DIRECTIVES[directive];
}

export function initialConfig(): ConfigValues {
  const entries = Object.entries(DIRECTIVES).map(([name, kind]) => [name, kind.initial] as const);
  return Object.fromEntries(entries) as ConfigValues;
}

/** Gives commands the names that `rename-command` says. Throws for a name that is unknown or taken. */
export function renameCommands(commands: CommandTable, renames: Configuration['renames']): void {
  for (const [name, newName] of renames) {
    if (commands.rename(name, newName)) continue;
    throw new ConfigError(`'rename-command ${name} ${newName}': no such command, or the new name is taken`);
  }
}

/** A directive that cannot be accepted: says where and why. */
export class ConfigError extends Error {}
