import type { Session } from '../session.js';

const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 2000;

/** Tries to connect again until it succeeds, ever less often; then calls `onConnected`. */
export function reconnectInBackground(session: Session, onConnected: () => void): void {
  let pauseMs = FIRST_PAUSE_MS;
  const attempt = (): void => {
    session.connect().then(onConnected, () => {
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
      setTimeout(attempt, pauseMs).unref();
    });
  };
  setTimeout(attempt, pauseMs).unref();
}
