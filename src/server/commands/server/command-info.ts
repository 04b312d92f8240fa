import type { Session } from '../../clients/session.js';
import type { Command, KeySpec } from '../command.js';
import { categoriesOf, flagNames, keyFlagWords } from '../flag-names.js';

/** Ten elements about a command: name, arity, flags, first, last and step of its keys, categories, tips, … */
export function replyInfo(session: Session, command: Command): void {
  const { reply } = session;
  const { spec } = command;
  const [first, last, step] = keyRange(spec.keys ?? []);
  reply.array(10);
  reply.text(command.fullName);
  reply.integer(command.arity);
  replySimpleSet(session, flagNames(command));
  reply.integer(first);
  reply.integer(last);
  reply.integer(step);
  replySimpleSet(
    session,
    categoriesOf(command).map((category) => `@${category}`),
  );
  const tips = spec.tips ?? [];
  reply.set(tips.length);
  for (const tip of tips) reply.text(tip);
  const keys = spec.keys ?? [];
  reply.set(keys.length);
  for (const key of keys) replyKeySpec(session, key);
  reply.set(command.subcommands.size);
  for (const subcommand of command.subcommands.values()) replyInfo(session, subcommand);
}

function replySimpleSet(session: Session, words: readonly string[]): void {
  session.reply.set(words.length);
  for (const word of words) session.reply.simple(word);
}

/** First, last and step of the keys that stand in one range, as far as the specs tell; zeros for none. */
function keyRange(specs: readonly KeySpec[]): readonly [first: number, last: number, step: number] {
  const only = specs.length === 1 ? specs[0]!.find : undefined;
  if (only?.kind === 'range') return [only.first, only.last, only.step];
  let first = 0;
  let last = 0;
  for (const { find } of specs) {
    if (find.kind !== 'range' || find.step !== 1 || (last !== 0 && last !== find.first - 1)) continue;
    first = first === 0 ? find.first : Math.min(first, find.first);
    // A negative end counts from the last argument, beyond every other.
    last = last < 0 ? last : find.last < 0 ? find.last : Math.max(last, find.last);
  }
  return first === 0 ? [0, 0, 0] : [first, last, 1];
}

function replyKeySpec(session: Session, { flags, notes, find }: KeySpec): void {
  const { reply } = session;
  reply.map(notes === undefined ? 3 : 4);
  if (notes !== undefined) {
    reply.text('notes');
    reply.text(notes);
  }
  reply.text('flags');
  replySimpleSet(session, keyFlagWords(flags));
  reply.text('begin_search');
  const begin = find.kind === 'unknown' || find.kind === 'keyword' ? find.kind : 'index';
  if (find.kind === 'keyword') replyStep(session, begin, { keyword: find.word, startfrom: find.from });
  else if (find.kind === 'unknown') replyStep(session, begin, {});
  else replyStep(session, begin, { index: find.kind === 'range' ? find.first : find.at });
  reply.text('find_keys');
  switch (find.kind) {
    case 'unknown':
      return replyStep(session, 'unknown', {});
    case 'numkeys':
      return replyStep(session, 'keynum', {
        keynumidx: 0,
        firstkey: find.first ?? 1,
        keystep: find.step ?? 1,
      });
    case 'keyword':
      return replyStep(session, 'range', {
        lastkey: find.last ?? 0,
        keystep: find.step ?? 1,
        limit: find.limit ?? 0,
      });
    case 'range':
      return replyStep(session, 'range', {
        lastkey: find.last < 0 ? find.last : find.last - find.first,
        keystep: find.step,
        limit: find.limit ?? 0,
      });
  }
}

function replyStep(session: Session, type: string, spec: Readonly<Record<string, string | number>>): void {
  const { reply } = session;
  const entries = Object.entries(spec);
  reply.map(2);
  reply.text('type');
  reply.text(type);
  reply.text('spec');
  reply.map(entries.length);
  for (const [name, value] of entries) {
    reply.text(name);
    if (typeof value === 'number') reply.integer(value);
    else reply.text(value);
  }
}
