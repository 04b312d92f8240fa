/**
 * A signal that the first Ctrl-C (or SIGTERM) aborts, so that a report can follow; the second ends the process.
 * The listeners stay: others that watch signals, such as Ink's, end the process when they find themselves alone.
 */
export function interruptSignal(): AbortSignal {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(130);
      abort.abort();
    });
  }
  return abort.signal;
}
