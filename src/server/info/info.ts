import { flag, type InfoField } from './info-field.js';
import { infoClients, infoMemory, infoServer } from './info-process.js';
import { infoCpu, infoPersistence, infoReplication, infoStats } from './info-activity.js';
import { infoCommandStats, infoErrorStats, infoKeyspace, infoLatencyStats } from './info-commands.js';
import type { Server } from '../server.js';

export type InfoSection = (server: Server) => InfoField[];

interface Section {
  readonly title: string;
  readonly fields: InfoSection;
  /** Shown only when asked for, or by `all`. */
  readonly extra?: true;
}

/** Sections in the order in which INFO shows them. */
const SECTIONS: Readonly<Record<string, Section>> = {
  server: { title: 'Server', fields: infoServer },
  clients: { title: 'Clients', fields: infoClients },
  memory: { title: 'Memory', fields: infoMemory },
  persistence: { title: 'Persistence', fields: infoPersistence },
  stats: { title: 'Stats', fields: infoStats },
  replication: { title: 'Replication', fields: infoReplication },
  cpu: { title: 'CPU', fields: infoCpu },
  modules: { title: 'Modules', fields: () => [] },
  commandstats: { title: 'Commandstats', fields: infoCommandStats, extra: true },
  errorstats: { title: 'Errorstats', fields: infoErrorStats },
  latencystats: { title: 'Latencystats', fields: infoLatencyStats, extra: true },
  cluster: {
    title: 'Cluster',
    fields: (server) => [['cluster_enabled', flag(server.config['cluster-enabled'])]],
  },
  keyspace: { title: 'Keyspace', fields: infoKeyspace },
};

/** The text of INFO for the sections named: all of the usual ones when none is. */
export function infoText(server: Server, wanted: readonly string[]): string {
  const names = new Set(wanted.length === 0 ? ['default'] : wanted);
  const all = names.has('all') || names.has('everything');
  const usual = names.has('default');
  const parts: string[] = [];
  for (const [name, { title, fields, extra }] of Object.entries(SECTIONS)) {
    if (!names.has(name) && !all && !(usual && extra !== true)) continue;
    const lines = fields(server).map(([field, value]) => `${field}:${value}\r\n`);
    parts.push(`# ${title}\r\n${lines.join('')}`);
  }
  return parts.join('\r\n');
}
