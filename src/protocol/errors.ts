/** Error replies, letter for letter as Redis sends them. */

export const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const SYNTAX = 'ERR syntax error';
export const NO_SUCH_KEY = 'ERR no such key';
export const NOT_INTEGER = 'ERR value is not an integer or out of range';
export const NOT_FLOAT = 'ERR value is not a valid float';
export const OUT_OF_RANGE = 'ERR value is out of range';
export const MUST_BE_POSITIVE = 'ERR value is out of range, must be positive';
export const INDEX_OUT_OF_RANGE = 'ERR index out of range';
export const SAME_OBJECT = 'ERR source and destination objects are the same';
export const OVERFLOW = 'ERR increment or decrement would overflow';
export const STRING_TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
export const DB_OUT_OF_RANGE = 'ERR DB index is out of range';
export const NOAUTH = 'NOAUTH Authentication required.';
export const OOM = "OOM command not allowed when used memory > 'maxmemory'.";
export const EXECABORT = 'EXECABORT Transaction discarded because of previous errors.';
export const LOADING = 'LOADING Redis is loading the dataset in memory';
export const MAX_CLIENTS = 'ERR max number of clients reached';

/** Redis's words for an integer argument outside its bounds. */
export function notBetween(min: number, max: number): string {
  return `ERR value is out of range, value must between ${min} and ${max}`;
}

export function wrongArity(command: string): string {
  return `ERR wrong number of arguments for '${command}' command`;
}

export function invalidExpire(command: string): string {
  return `ERR invalid expire time in '${command}' command`;
}

/** The name is cut at 128 bytes, the arguments are quoted until they have filled 128. */
export function unknownCommand(name: string, args: readonly string[]): string {
  let shown = '';
  for (const arg of args) {
    if (shown.length >= 128) break;
    shown += `'${arg.slice(0, 128 - shown.length)}' `;
  }
  return `ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${shown}`;
}

export function unknownSubcommand(name: string, container: string): string {
  return `ERR unknown subcommand '${name.slice(0, 128)}'. Try ${container.toUpperCase()} HELP.`;
}

/** A subcommand was found, but not with these arguments. */
export function subcommandSyntax(name: string, container: string): string {
  return `ERR unknown subcommand or wrong number of arguments for '${name.slice(0, 128)}'. Try ${container.toUpperCase()} HELP.`;
}
