/** The floors of the house (ARCHITECTURE.md): look down only. `npm run floors` checks them; test/map.test.ts plants violations. */
const below = {
  time: '^src/',
  crds: '^src/(plan|aws|kube|loop|controllers|cli)/|^src/[^/]+\\.ts$',
  plan: '^src/(aws|kube|loop|controllers|cli)/|^src/[^/]+\\.ts$',
  aws: '^src/(kube|controllers|cli)/|^src/[^/]+\\.ts$',
  kube: '^src/(aws|plan|controllers|cli)/|^src/[^/]+\\.ts$',
  loop: '^src/(crds|plan|aws|kube|controllers|cli)/|^src/[^/]+\\.ts$',
  controllers: '^src/cli/|^src/[^/]+\\.ts$',
}

const looksDownOnly = Object.entries(below).map(([room, path]) => ({
  name: `looks-down-only-${room}`,
  comment: `src/${room} may look at the floors below it only`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: room === 'time' ? { path, pathNot: '^src/time/' } : { path },
}))

const onlyIn = (name, packages, from) => ({
  name,
  severity: 'error',
  from: { path: '^src/', pathNot: from },
  to: { path: `node_modules/(${packages})` },
})

const standsAlone = (folder, except) => ({
  name: `${folder}-stands-alone`,
  comment: `${folder}/ is a product of its own: shared code would mean shared mistakes`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { path: '^(src|client|emulator|controlplane|scripts|test)/', pathNot: [`^${folder}/`, ...except] },
})

module.exports = {
  forbidden: [
    ...looksDownOnly,
    onlyIn('sdk-only-in-aws', '@aws-sdk|@smithy', '^src/aws/'),
    onlyIn('kubernetes-client-only-in-kube', '@kubernetes|undici', '^src/kube/'),
    {
      name: 'plan-is-pure',
      comment: 'plan/ thinks: no packages, no node: modules',
      severity: 'error',
      from: { path: '^src/plan/' },
      to: { pathNot: '^src/(plan|crds)/' },
    },
    {
      name: 'crds-import-zod-only',
      severity: 'error',
      from: { path: '^src/crds/' },
      to: { pathNot: ['^src/crds/', 'node_modules/zod'] },
    },
    {
      name: 'operator-stands-alone',
      comment: 'the operator knows neither its stand-in for AWS nor what it ships to workloads',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(emulator|client|controlplane|scripts|test)/' },
    },
    standsAlone('emulator', []),
    standsAlone('client', []),
    standsAlone('controlplane', []),
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(src|client|emulator|controlplane|scripts)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|client/dist|emulator/dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
