// `npm run fuzz -- --commands 1000000 [--types lists,sets] [--seed 1]`: random commands on mredis and on redis-server.
import { parseArgs } from 'node:util';
import { ServerComparison } from './comparison.js';
import { COMMANDS } from './keyspace.js';

const { values: options } = parseArgs({
  options: {
    commands: { type: 'string', default: '1000000' },
    types: { type: 'string', default: Object.keys(COMMANDS).join(',') },
    seed: { type: 'string', default: '1' },
  },
});
const types = options.types.split(',');
let failed = 0;
for (const type of types) {
  const servers = await ServerComparison.start();
  const began = performance.now();
  const count = Math.ceil(Number(options.commands) / types.length);
  try {
    await servers.compare(type, count, Number(options.seed));
    console.log(
      `${type}: ${count} commands, no difference, ${((performance.now() - began) / 1000).toFixed(0)} s`,
    );
  } catch (error) {
    failed++;
    console.log(`${type}: ${error instanceof Error ? error.message : String(error)}`);
  }
  await servers.stop();
}
process.exitCode = failed === 0 ? 0 : 1;
