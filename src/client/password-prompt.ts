import { stdinLines } from './standard-streams.js';

/** Asks on the terminal, showing a star for every character; without a terminal takes the first line of stdin. */
export async function askPassword(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    for await (const line of stdinLines()) return Buffer.from(line, 'latin1').toString();
    return '';
  }
  stderr.write(question);
  stdin.setRawMode(true);
  try {
    return await readMasked();
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

function readMasked(): Promise<string> {
  const { stdin, stderr } = process;
  return new Promise((resolve) => {
    let password = '';
    const onData = (chunk: Buffer): void => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n' || character === '\x04') {
          stdin.off('data', onData);
          resolve(password);
          return;
        }
        if (character === '\x03') {
          stdin.setRawMode(false);
          process.exit(130);
        }
        if (character === '\x7f' || character === '\b') {
          if (password !== '') stderr.write('\b \b');
          password = password.slice(0, -1);
        } else {
          password += character;
          stderr.write('*');
        }
      }
    };
    stdin.on('data', onData);
  });
}
