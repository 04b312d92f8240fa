import { count } from '../persistence/toolkit/check-report.js';
import type { RestoreResult } from '../persistence/toolkit/restore.js';

/** What was restored, and how to look at it before anything is replaced. */
export function restoreReport(
  { directory, appendFilename, cut, kept, leftOut, damage }: RestoreResult,
  bin: string,
): string[] {
  const place = `offset ${cut.offset} of ${cut.file.name}`;
  const time =
    cut.timeSeconds === 0 ? '' : `, written about ${new Date(cut.timeSeconds * 1000).toISOString()}`;
  return [
    cut.command === ''
      ? `Restored everything, up to ${place}.`
      : `Restored up to ${place}${time}, before: ${cut.command}`,
    `${count(kept, 'record')} kept, ${count(leftOut, 'record')} left out. The original was not changed.`,
    ...(damage === null
      ? []
      : [
          `${damage.file} is damaged at offset ${damage.offset}: ${damage.reason}.`,
          `What follows there was not read. To save it, too: ${bin} aof repair --salvage`,
        ]),
    'To look at it, on a port of its own:',
    `  ${bin} serve --port 7777 --data-dir ${directory} --appendfilename ${appendFilename}`,
  ];
}
