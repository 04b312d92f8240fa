/**
 * Words of a command line in the order in which they were given. oclif sorts them by where each word first occurs, so that
 * in `--threads 1 HSET key a 1` the `1` of the flag moves that of the command to its front.
 */
export function wordsInOrder(commandLine: readonly string[], words: readonly string[]): string[] {
  const left = [...words];
  const found: string[] = [];
  // The last of equal words belongs to the command: flags stand before it.
  for (const word of commandLine.toReversed()) {
    const at = left.lastIndexOf(word);
    if (at < 0) continue;
    left.splice(at, 1);
    found.unshift(word);
  }
  return [...found, ...left];
}
