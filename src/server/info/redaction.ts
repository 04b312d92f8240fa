import type { Request } from '../../protocol/request.js';
import type { Command } from '../commands/command.js';
import { directiveNamed } from '../config/configuration.js';
import { SENSITIVE } from '../config/directives.js';

/** Indexes of arguments that must not be shown (passwords), or null for none. */
export function sensitiveArguments(command: Command, request: Request): ReadonlySet<number> | null {
  switch (command.fullName) {
    case 'auth':
      return range(1, request.count);
    case 'hello':
      return afterWord(request, 2, 'auth', 2);
    case 'migrate':
      return request.count > 6
        ? (afterWord(request, 6, 'auth2', 2) ?? afterWord(request, 6, 'auth', 1))
        : null;
    case 'config|set':
      return sensitiveDirectives(request);
    default:
      return null;
  }
}

function sensitiveDirectives(request: Request): Set<number> | null {
  const found = new Set<number>();
  for (let i = 2; i + 1 < request.count; i += 2) {
    const directive = directiveNamed(request.word(i));
    if (directive !== null && SENSITIVE.has(directive)) found.add(i + 1);
  }
  return found.size === 0 ? null : found;
}

function afterWord(request: Request, from: number, word: string, count: number): Set<number> | null {
  for (let i = from; i < request.count; i++) {
    if (request.is(i, word)) return range(i + 1, Math.min(request.count, i + 1 + count));
  }
  return null;
}

function range(from: number, end: number): Set<number> {
  const indexes = new Set<number>();
  for (let i = from; i < end; i++) indexes.add(i);
  return indexes;
}
