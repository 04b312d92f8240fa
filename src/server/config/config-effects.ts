import { statSync } from 'node:fs';
import { applyEncodingLimits, ENCODING_DIRECTIVES } from './encoding-limits.js';
import { Flag } from '../commands/command.js';
import type { DirectiveName } from './directives.js';
import { leastHardLimit } from '../clients/client-limits.js';
import { logLevel } from '../log.js';
import { notifyKeyspaceEvents } from '../pubsub/keyspace-events.js';
import { OomScore } from './oom-score.js';
import type { Server } from '../server.js';
import { SessionFlag } from '../clients/session.js';

/** The directives that eviction depends on. */
const MEMORY_DIRECTIVES = [
  'maxmemory',
  'maxmemory-clients',
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
    'client-output-buffer-limit',
    now(() => {
      server.outputBytesUnchecked = leastHardLimit(config['client-output-buffer-limit']);
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
  configuration.onChange(
    'lazyfree-lazy-expire',
    now(() => {
      server.keyspace.lazyExpire = config['lazyfree-lazy-expire'];
    }),
  );
  configuration.onChange(
    'lazyfree-lazy-server-del',
    now(() => {
      server.keyspace.lazyServerDel = config['lazyfree-lazy-server-del'];
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
  configuration.onChange(
    'notify-keyspace-events',
    now(() => {
      notifyKeyspaceEvents(server, config['notify-keyspace-events']);
    }),
  );
  configuration.onChange('slowlog-max-len', (length) => {
    server.slowlog.trim(length);
    return null;
  });
  const timing = now(() => {
    applyTiming(server);
  });
  for (const name of TIMING) configuration.onChange(name, timing);
  configuration.onChange('tracking-table-max-keys', () => {
    server.tracking.limit();
    return null;
  });
  configuration.onChange('hz', (hz) => {
    config.hz = Math.min(500, Math.max(1, hz));
    cron.start();
    return null;
  });
  // Shards are made once, and the transport chosen. Unlike Redis's immutable directives these may be set to the value they have.
  for (const name of ['shards', 'max-keys-per-shard', 'transport'] as const) {
    configuration.onChange(name, () => "can't set immutable config");
  }
  const oomScore = new OomScore(config, log);
  oomScore.apply();
  for (const name of ['oom-score-adj', 'oom-score-adj-values'] as const) {
    configuration.onChange(name, () => oomScore.apply());
  }
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

/** Directives that decide which commands are timed one by one, and who is told. */
const TIMING = [
  'slowlog-log-slower-than',
  'latency-monitor-threshold',
  'latency-tracking',
] as const satisfies readonly DirectiveName[];

/** Commands that are not timed by themselves take less than this. */
const ALWAYS_FAST_MICROSECONDS = 5000;

function applyTiming(server: Server): void {
  const { clock, config, slowlog, latency } = server;
  const slowMicroseconds = config['slowlog-log-slower-than'];
  const thresholdMs = config['latency-monitor-threshold'];
  const slowlogOn = slowMicroseconds >= 0 && config['slowlog-max-len'] > 0;
  clock.histograms = config['latency-tracking'];
  clock.timeAll(thresholdMs > 0 || (slowlogOn && slowMicroseconds < ALWAYS_FAST_MICROSECONDS));
  clock.onTimed = (session, command, request, microseconds) => {
    if (
      slowlogOn &&
      microseconds >= slowMicroseconds &&
      (command.flags & Flag.SKIP_SLOWLOG) === 0 &&
      !session.has(SessionFlag.BLOCKED)
    ) {
      slowlog.add(session, command, request, microseconds, config['slowlog-max-len']);
    }
    if (thresholdMs > 0 && microseconds >= thresholdMs * 1000) {
      const event = (command.flags & Flag.FAST) !== 0 ? 'fast-command' : 'command';
      latency.add(event, Math.floor(microseconds / 1000), server.nowMs);
    }
  };
}
