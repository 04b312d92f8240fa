/** Our own version, as in package.json (test/server/version.test.ts holds them together). */
export const VERSION = '0.1.0';

/** The Redis whose behaviour is the measure: clients decide by it what they may use. */
export const COMPATIBLE_VERSION = '7.0.15';
