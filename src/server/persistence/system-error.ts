import { getSystemErrorMap } from 'node:util';

/** Where the C library has other words than libuv, beyond the capital letter. */
const C_WORDS: Readonly<Record<string, string>> = {
  EIO: 'Input/output error',
  ENOENT: 'No such file or directory',
  EDQUOT: 'Disk quota exceeded',
  EFBIG: 'File too large',
};

/** The words of the C library for an error of a system call, which Redis puts into its replies. */
export function systemErrorText(error: NodeJS.ErrnoException): string {
  const { code, errno } = error;
  if (code === undefined || errno === undefined) return error.message;
  const text = C_WORDS[code] ?? getSystemErrorMap().get(errno)?.[1] ?? error.message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
