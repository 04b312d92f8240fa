/*
 * Lines about streams whose replies hold what differs from run to run, or from server to server.
 */

/** Lines whose replies hold the time: digits of 13 become T, and the id's sequence stays. */
export function timed(line: string): { line: string; normalize: (reply: string) => string } {
  return { line, normalize: (reply) => reply.replace(/\d{13}/g, 'T') };
}

/** Idle times, which follow a consumer's name or the word idle, differ by a few ms. */
export function idle(line: string): { line: string; normalize: (reply: string) => string } {
  return {
    line,
    normalize: (reply) =>
      reply.replace(/((?:alice|bob|carol|idle)\r\n):\d+/g, '$1:N').replace(/:\d{13}/g, ':T'),
  };
}

/** Redis counts the nodes of a radix tree, of which there is none here. */
export function withoutNodes(line: string): { line: string; normalize: (reply: string) => string } {
  return {
    line,
    normalize: (reply) =>
      reply.replace(/radix-tree-nodes\r\n:\d+/, 'radix-tree-nodes\r\n:N').replace(/:\d{13}/g, ':T'),
  };
}
