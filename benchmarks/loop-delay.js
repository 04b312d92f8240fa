// Loaded into a server with --import: notes for how long at most its event loop was busy in one turn. SIGUSR2 begins
// anew, the end of the process writes the longest delay in ms to the file that MREDIS_LOOP_DELAY_FILE names.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGUSR2', () => {
  delay.reset();
});
process.on('exit', () => {
  writeFileSync(process.env.MREDIS_LOOP_DELAY_FILE, String(delay.max / 1e6));
});
