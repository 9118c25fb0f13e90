import { parentPort } from 'node:worker_threads'
import { assert } from '#protocol/assert.ts'
import { runLaboratory } from '#test/laboratory/laboratory.ts'
import { scenarioOf } from '#test/laboratory/scenarios.ts'
import { schemeOf } from '#test/laboratory/schemes.ts'

/** One run of the laboratory, as the bench asks for it. */
export interface TrustRun {
  readonly schemeName: string
  readonly f: number
  readonly seed: number
  readonly units: number
  readonly slots: number
}

const port = parentPort
assert(port, 'it is started as a worker')
port.on('message', ({ schemeName, f, seed, units, slots }: TrustRun) => {
  const population = scenarioOf('mixed')
  const scheme = schemeOf(schemeName)
  assert(population && scheme, 'the bench asks for what there is')
  const run = { scenario: 'mixed', population: { ...population, f, slots }, schemeName, scheme, seed, units }
  port.postMessage(runLaboratory(run))
})
