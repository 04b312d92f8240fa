// Which way imports run. ARCHITECTURE.md draws the same picture; this file is what enforces it.
const layer = (folder, may) => ({
  name: folder,
  severity: 'error',
  comment: `src/${folder} may import, of ours, only: ${[folder, ...may].join(', ')}`,
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [folder, ...may].map((name) => `^src/${name}/`) },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['^src/(main|index)\\.ts$', '^src/commands/'] },
      to: {},
    },
    layer('bytes', []),
    layer('protocol', ['bytes']),
    layer('storage', ['bytes']),
    layer('persistence', ['bytes', 'protocol', 'storage']),
    layer('server', ['bytes', 'protocol', 'storage', 'persistence']),
    layer('toolkit', ['bytes', 'protocol', 'storage', 'persistence', 'server', 'client']),
    layer('client', ['bytes', 'protocol']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'] },
  },
};
