// docs/cli.svg: a real session of `mredis cli`, typed into tmux and captured with its colours.
// Usage: node scripts/cli-picture.js [port]   (a server must listen there; its keys demo:* are written)
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const port = process.argv[2] ?? '6379';
const COLUMNS = 88;
const ROWS = 28;
const socket = `mredis-picture-${process.pid}`;
const tmux = (...args) => execFileSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });

const COLOURS = {
  31: '#ef6b73',
  32: '#8fc66f',
  33: '#e0b85c',
  34: '#6aa8f0',
  35: '#c88be0',
  36: '#5cc5c9',
  90: '#7d8590',
};

const SESSION = [
  ['HSET demo:user:1 name "Ada Lovelace" born 1815', 'Enter'],
  ['HGETALL demo:user:1', 'Enter'],
  ['SET demo:visits 41 EX 3600', 'Enter'],
  ['INCR demo:visits', 'Enter'],
  ['peek demo:user:1', 'Enter'],
  ['prefixes demo:* 3', 'Enter'],
  ['HGETALL demo:user:1 | tail -1', 'Enter'],
  ['GET demo:user:1', 'Enter'],
  ['SET demo:visits 42 EX'],
];

const cli = new URL('../bin/run.js', import.meta.url).pathname;
const command = `exec env -u CI -u NO_COLOR MREDIS_HISTFILE= node ${cli} cli -p ${port}`;
tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(COLUMNS), '-y', String(ROWS), command);
try {
  await sleep(2000);
  for (const keys of SESSION) {
    tmux('send-keys', ...keys);
    await sleep(700);
  }
  const screen = tmux('capture-pane', '-e', '-p').replace(/\n+$/, '').split('\n');
  await writeFile(new URL('../docs/cli.svg', import.meta.url), svg(screen));
} finally {
  tmux('kill-server');
}

/** The screen as SVG text, one <text> a row, one <tspan> for every change of colour. */
function svg(rows) {
  const [cell, line, margin] = [8.4, 18, 14];
  const width = Math.ceil(COLUMNS * cell + 2 * margin);
  const height = rows.length * line + 2 * margin;
  const text = rows.map((row, y) => {
    const spans = parseRow(row).map(({ text, x, style }) => {
      // An exact length keeps columns in line whatever monospaced font the reader has.
      const length = `x="${(margin + x * cell).toFixed(1)}" textLength="${(text.length * cell).toFixed(1)}"`;
      return text.trim() === '' ? '' : `<tspan ${length}${style}>${escape(text)}</tspan>`;
    });
    return `<text y="${margin + 13 + y * line}">${spans.join('')}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>mredis cli in a terminal: replies, peek, prefixes, a pipe, and the hint while SET is typed</title>',
    `<rect width="100%" height="100%" rx="8" fill="#16181d"/>`,
    '<g xml:space="preserve" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="14" fill="#d7dae0">',
    ...text,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Runs of one colour, each with the column it begins at. */
function parseRow(row) {
  const runs = [];
  let x = 0;
  let state = { colour: '', bold: false, dim: false };
  // eslint-disable-next-line no-control-regex -- the escapes of the terminal are what is read
  for (const part of row.split(/(\x1b\[[\d;]*m)/)) {
    // eslint-disable-next-line no-control-regex -- as above
    const codes = /^\x1b\[([\d;]*)m$/.exec(part)?.[1];
    if (codes === undefined) {
      const fill = state.colour === '' ? '' : ` fill="${state.colour}"`;
      const style = `${fill}${state.bold ? ' font-weight="bold"' : ''}${state.dim ? ' opacity="0.55"' : ''}`;
      if (part !== '') runs.push({ text: part, x, style });
      x += part.length;
    } else for (const code of codes.split(';')) state = applied(state, Number(code));
  }
  return runs;
}

function applied(state, code) {
  if (code === 0) return { colour: '', bold: false, dim: false };
  if (code === 1) return { ...state, bold: true };
  if (code === 2) return { ...state, dim: true };
  if (code === 22) return { ...state, bold: false, dim: false };
  if (code === 39) return { ...state, colour: '' };
  return COLOURS[code] === undefined ? state : { ...state, colour: COLOURS[code] };
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
