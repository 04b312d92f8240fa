/** A module of its own, because a dynamic import of this CommonJS package has no named exports once bundled. */
export { execute } from '@oclif/core/execute';
