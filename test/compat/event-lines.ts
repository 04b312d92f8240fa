import type { CompatSuite } from './compat.js';

/** A command line, and how many events it causes while every class is on, key misses and new keys too. */
type Caused = readonly [events: number, line: string];

/** Registers tests that run the lines while a second client listens to every event, and compares what it hears after each. */
export const eventsOf =
  (transcript: CompatSuite['transcript']) =>
  (title: string, lines: readonly Caused[]): void => {
    transcript(`Keyspace events of ${title}`, [
      'CONFIG SET notify-keyspace-events EAnm',
      'CONFIG GET notify-keyspace-events',
      '[2 push] PSUBSCRIBE __keyevent@*',
      ...lines.flatMap(([count, line]) => [line, ...new Array<string>(count).fill('[2 push] ')]),
      // An event too many would come before this message.
      'PUBLISH __keyevent@end end',
      '[2 push] ',
      'CONFIG SET notify-keyspace-events ""',
    ]);
  };
