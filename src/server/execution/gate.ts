/** Why the dispatcher's gate must look closer at every command; bits of `Server.setGate`. */
export const Gate = { MEMORY: 1 << 0, PAUSE: 1 << 1, DISK: 1 << 2, MIGRATION: 1 << 3 } as const;
