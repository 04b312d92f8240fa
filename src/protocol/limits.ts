/** Longest line of an inline command, and of the header of an array or a bulk string. */
export const INLINE_BYTES_MAX = 64 * 1024;
/** Most arguments one request may have. */
export const ARGUMENTS_MAX = 1024 * 1024;
/** What a client may send before it has authenticated: enough for AUTH and HELLO, too little to fill memory. */
export const UNAUTHENTICATED_ARGUMENTS_MAX = 10;
export const UNAUTHENTICATED_BULK_BYTES_MAX = 16 * 1024;
/** proto-max-bulk-len: 512 MB. */
export const BULK_BYTES_MAX_DEFAULT = 512 * 1024 * 1024;
/** client-query-buffer-limit: 1 GB. */
export const QUERY_BUFFER_BYTES_MAX_DEFAULT = 1024 * 1024 * 1024;
