export const BAD_CLIENT_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.';

/** Names stand in CLIENT LIST between spaces: printable ASCII without space. */
export function isClientName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}
