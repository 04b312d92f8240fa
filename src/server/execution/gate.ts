/** Why the dispatcher's gate must look closer at every command; bits of `Server.setGate`. */
export const Gate = {
  MEMORY: 1 << 0,
  PAUSE: 1 << 1,
  DISK: 1 << 2,
  MIGRATION: 1 << 3,
  /** More clients' memory than `maxmemory-clients` is in use. */
  CLIENTS: 1 << 4,
} as const;
