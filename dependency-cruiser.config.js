/**
 * The import table of docs/architecture.md. Each room names what it may import; everything else of ours is forbidden.
 * Type-only imports of server/api/app-router.ts by the browser are the one exception, as the table says.
 */
const rooms = {
  app: ['app', 'components', 'messages', 'server/contract', 'server/main/door.ts', 'server/api/app-router.ts'],
  components: ['components', 'messages', 'server/contract', 'server/api/app-router.ts'],
  'server/contract': ['server/contract'],
  'server/platform': ['server/platform', 'server/contract'],
  'server/transport': ['server/transport'],
  'server/db': ['server/db', 'server/contract', 'server/platform'],
  'server/drivers': ['server/drivers', 'server/transport', 'server/contract', 'server/platform'],
  'server/console': ['server/console', 'server/db', 'server/drivers', 'server/contract', 'server/platform'],
  'server/scheduler': ['server/scheduler', 'server/contract'],
  'server/operations/engine': ['server/operations/engine', 'server/db', 'server/contract', 'server/platform'],
  'server/operations/host-link': [
    'server/operations/host-link',
    'server/db',
    'server/drivers',
    'server/transport',
    'server/contract',
    'server/platform',
  ],
  'server/operations/workflows': [
    'server/operations',
    'server/db',
    'server/scheduler',
    'server/drivers',
    'server/contract',
    'server/platform',
  ],
  'server/operations/reconcilers': [
    'server/operations',
    'server/db',
    'server/scheduler',
    'server/drivers',
    'server/contract',
    'server/platform',
  ],
  'server/services': [
    'server/services',
    'server/db',
    'server/scheduler',
    'server/operations/engine',
    'server/contract',
    'server/platform',
  ],
  'server/api': ['server/api', 'server/services', 'server/contract', 'server/platform'],
};

const quoted = (path) => path.replaceAll('.', '\\.');
const tests = '\\.test\\.tsx?$|/testing/|driver-suite';

export default {
  forbidden: [
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room} imports only what its row of the table allows`,
      severity: 'error',
      from: { path: `^${quoted(room)}/`, pathNot: tests },
      to: { path: '^(app|components|messages|server|prisma)/', pathNot: `^(${allowed.map(quoted).join('|')})(/|$)` },
    })),
    {
      name: 'only server/db imports Prisma',
      severity: 'error',
      from: { path: '^(app|components|server)/', pathNot: '^server/(db|testing)/' },
      to: { path: '@prisma/|^server/db/generated/' },
    },
    {
      name: 'contract imports zod alone',
      severity: 'error',
      from: { path: '^server/contract/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'the browser gets the router as a type only',
      severity: 'error',
      from: { path: '^(app|components)/' },
      to: { path: '^server/api/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the engine does not know its workflows',
      severity: 'error',
      from: { path: '^server/operations/engine/', pathNot: tests },
      to: { path: '^server/operations/(workflows|reconcilers)/' },
    },
    {
      name: 'no circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(server/db/generated|\\.next)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
