import { Flag } from '../command.js';

/** Flags that CLIENT's subcommands about one's own connection share, and those about others'. */
export const OWN = Flag.NOSCRIPT | Flag.LOADING | Flag.STALE;
export const OTHERS = OWN | Flag.ADMIN;
