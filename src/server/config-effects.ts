import { statSync } from 'node:fs';
import { applyEncodingLimits, ENCODING_DIRECTIVES } from './encoding-limits.js';
import { logLevel } from './log.js';
import type { Server } from './server.js';

/** The directives that eviction depends on. */
const MEMORY_DIRECTIVES = [
  'maxmemory',
  'maxmemory-policy',
  'maxmemory-samples',
  'lfu-log-factor',
  'lfu-decay-time',
] as const;

/** Lets directives that somebody keeps a copy of take effect, now and whenever CONFIG SET changes them. */
export function applyConfiguration(server: Server): void {
  const { config, configuration, pipeline, cron, log } = server;
  const now = (apply: () => void): (() => null) => {
    apply();
    return () => {
      apply();
      return null;
    };
  };
  configuration.onChange(
    'proto-max-bulk-len',
    now(() => {
      pipeline.parser.bulkBytesMax = config['proto-max-bulk-len'];
    }),
  );
  configuration.onChange(
    'client-query-buffer-limit',
    now(() => {
      pipeline.queryBytesMax = config['client-query-buffer-limit'];
    }),
  );
  configuration.onChange(
    'loglevel',
    now(() => {
      log.level = logLevel(config.loglevel);
    }),
  );
  for (const name of MEMORY_DIRECTIVES) {
    configuration.onChange(
      name,
      now(() => {
        server.memoryLimit.configure();
      }),
    );
  }
  for (const name of ENCODING_DIRECTIVES) {
    configuration.onChange(
      name,
      now(() => {
        applyEncodingLimits(config, server.keyspace.encodingLimits);
      }),
    );
  }
  configuration.onChange('hz', (hz) => {
    config.hz = Math.min(500, Math.max(1, hz));
    cron.start();
    return null;
  });
  configuration.onChange('appendonly', (on) => server.persistence.setAppendOnly(on));
  configuration.onChange('port', () => {
    return server.network.reopen('Unable to listen on this port. Check server logs.');
  });
  configuration.onChange('bind', () => server.network.reopen('Failed to bind to specified addresses.'));
  configuration.onChange('dir', (path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return 'No such file or directory';
    return found.isDirectory() ? null : 'Not a directory';
  });
}
