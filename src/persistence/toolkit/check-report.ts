import type { FileCheck, SetCheck } from './check.js';

/** What `aof check` prints: what is wrong, what is safe, what to type next. One line per string. */
export function checkReport(check: SetCheck, path: string, command: string): string[] {
  const lines = check.files.flatMap((file) => fileLines(file));
  return [...lines, '', ...verdict(check, path, command)];
}

function fileLines(file: FileCheck): string[] {
  if (file.status === 'missing')
    return [`${file.name}: missing, although the manifest names it (${file.path})`];
  const { damage } = file;
  const lines = [`${file.name}: ${file.status}, ${contents(file)}`];
  if (damage === null) return lines;
  lines.push(`  offset ${damage.offset} (0x${damage.offset.toString(16)}): ${damage.kind}: ${damage.reason}`);
  lines.push(...hexLines(damage.hex), `    ${damage.text}`);
  if (file.lastRecord !== null) lines.push(`  the last sound record begins at offset ${file.lastRecord}`);
  lines.push(
    `  sound up to offset ${file.soundTo}; ${bytes(file.bytes - file.soundTo)} from there on are in question`,
  );
  return lines;
}

/** Each byte with the space or the mark before it; as many on a line as 80 columns have room for. */
function hexLines(hex: string): string[] {
  return (` ${hex}`.match(/(?:[ >][0-9a-f]{2}){1,24}/g) ?? []).map((line) => `   ${line}`);
}

function contents(file: FileCheck): string {
  if (file.bytes === 0) return 'empty';
  const parts = [bytes(file.bytes)];
  if (file.snapshot !== null) {
    const { keys, version, checksumVerified } = file.snapshot;
    parts.push(
      `RDB version ${version} with ${count(keys, 'key')}${checksumVerified ? ' (checksum verified)' : ''}`,
    );
  }
  if (file.snapshot === null || file.records > 0) parts.push(count(file.records, 'record'));
  if (file.checksummedBytes > 0) parts.push(`${bytes(file.checksummedBytes)} verified by checksums`);
  else if (file.records > 0) parts.push('no checksums: an altered byte inside a value cannot be seen');
  return parts.join(', ');
}

function verdict(check: SetCheck, path: string, command: string): string[] {
  const missing = check.files.find(({ status }) => status === 'missing');
  const broken = check.files.find(({ status }) => status === 'repairable' || status === 'damaged');
  if (check.status === 'sound') return ['The data is sound.'];
  if (missing !== undefined) {
    return [
      `DAMAGED: ${missing.name} is missing. Nothing was changed.`,
      'Look for it in a backup and put it back beside the manifest. Without it the data cannot be put together.',
    ];
  }
  if (check.status === 'repairable' && broken !== undefined) {
    return [
      `REPAIRABLE: ${broken.name} ends in the middle of something, as after a crash. Everything before offset ${broken.soundTo} is safe.`,
      `A server with aof-load-truncated (the default) cuts these ${bytes(broken.bytes - broken.soundTo)} by itself. To do it now:`,
      `  ${command} check --fix ${path}`,
    ];
  }
  return [
    `DAMAGED: ${broken?.name ?? ''} cannot be repaired by cutting its end without losing what comes after. Nothing was changed.`,
    ...(broken?.damage?.offset === 0 && broken.snapshot === null
      ? ['Not even its first bytes are those of an AOF or an RDB file: is it the right file?']
      : []),
    'First copy the files. Then see what can be saved, into a new directory:',
    `  ${command} repair ${path} --salvage -o recovered`,
  ];
}

export function bytes(number: number): string {
  return `${number.toLocaleString('en')} ${number === 1 ? 'byte' : 'bytes'}`;
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
