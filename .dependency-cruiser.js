/** The floors of docs/ARCHITECTURE.md: imports only go down, and a pure floor has no way out. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

export default {
  forbidden: [
    forbid(
      'no-cycles',
      'Two files that need each other are one file, or lack a third.',
      {},
      { circular: true },
    ),
    forbid(
      'no-orphans',
      'A file nobody imports is dead, unless it is an entry.',
      {
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          '\\.(test|config)\\.[jt]s$',
          '^\\.',
          'main\\.ts$',
          'main\\.js$',
          'orphan-watch\\.ts$',
          // Stands in for a package by an alias of the bundler.
          'web/edge/wallet/no-modal\\.ts$',
        ],
      },
      {},
    ),
    forbid(
      'protocol-is-the-ground',
      'protocol imports a schema and a hash library, nothing of ours.',
      { path: '^protocol/' },
      { path: '^(runner|shaders|contracts|coordinator|client|web|test)/' },
    ),
    forbid(
      'protocol-is-pure',
      'protocol knows no platform.',
      { path: '^protocol/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'runner-on-protocol',
      'The runner serves tab, command and coordinator alike: the protocol and a GPU, nothing else.',
      { path: '^runner/' },
      { path: '^(shaders|contracts|coordinator|client|web|test)/' },
    ),
    forbid(
      'runner-knows-no-platform',
      'Only runner/dawn knows Node, and only what runs in Node may have it.',
      { path: '^(runner/(?!dawn/)|web/|client/sdk/)' },
      { path: '^runner/dawn/|^node_modules/webgpu/' },
    ),
    forbid(
      'runner-is-for-workers',
      'The runner needs no Node module outside runner/dawn.',
      { path: '^runner/(?!dawn/)' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'shaders-on-protocol',
      'A kernel folder needs the protocol and its data at most.',
      { path: '^shaders/' },
      { path: '^(runner|contracts|coordinator|client|web|test)/' },
    ),
    forbid(
      'contracts-stand-alone',
      'Another toolchain.',
      { path: '^contracts/' },
      { path: '^(protocol|runner|shaders|coordinator|client|web|test)/' },
    ),
    forbid(
      'only-the-abi',
      "Of the contracts' folder others see the generated ABI and where the platform's binaries are.",
      { pathNot: '^(contracts|test)/' },
      { path: '^contracts/', pathNot: '^contracts/(artifacts|foundry-binary)\\.ts$' },
    ),
    forbid(
      'core-decides',
      'coordinator/core: the protocol and itself.',
      { path: '^coordinator/core/' },
      { path: '^(?!protocol/|coordinator/core/|shaders/|node_modules/(valibot|@noble))' },
    ),
    forbid(
      'edge-below-wiring',
      'coordinator/edge does not reach up into the wiring.',
      { path: '^coordinator/edge/' },
      { path: '^(client|web|test)/|^coordinator/[^/]+\\.ts$' },
    ),
    forbid(
      'coordinator-alone',
      'coordinator and web never meet but through the protocol.',
      { path: '^coordinator/' },
      { path: '^(client|web|test)/' },
    ),
    forbid(
      'client-on-protocol',
      'A requester holds the protocol and the ABI.',
      { path: '^client/' },
      { path: '^(coordinator|web|test)/' },
    ),
    forbid(
      'sdk-runs-in-browsers',
      'The SDK knows nothing of Node.',
      { path: '^client/sdk/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'web-core-decides',
      'web/core: the protocol and itself.',
      { path: '^web/core/' },
      { path: '^(?!protocol/|web/core/|node_modules/(valibot|@noble))' },
    ),
    forbid(
      'web-edge-below-app',
      'web/edge does not reach up into the pages.',
      { path: '^web/edge/' },
      { path: '^(coordinator|client|test|web/app)/' },
    ),
    forbid(
      'web-alone',
      'web and coordinator never meet but through the protocol.',
      { path: '^web/' },
      { path: '^(coordinator|test|contracts)/' },
    ),
    forbid('nobody-imports-tests', 'Nothing stands on tests.', { pathNot: '^test/' }, { path: '^test/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out|contracts/out|contracts/cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'svelte', 'default'],
      extensions: ['.ts', '.js', '.svelte', '.json'],
    },
    reporterOptions: {
      archi: {
        collapsePattern:
          '^(protocol|runner/dawn|runner|client/[^/]+|contracts|shaders/[^/]+|coordinator/core|coordinator/edge/[^/]+|web/[^/]+)',
      },
    },
  },
}
