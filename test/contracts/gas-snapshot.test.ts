import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the gas of every example is that of contracts/.gas-snapshot; npm run contracts:gas writes it anew', () => {
  const forge = join(import.meta.dirname, '../../contracts/run-forge.ts')
  const flags = ['snapshot', '--match-test', '^test_', '--snap', '.gas-snapshot', '--check']
  const { status, stdout, stderr } = spawnSync(process.execPath, [forge, ...flags], { encoding: 'utf8' })
  expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' })
})

test('forge lint finds nothing', () => {
  const forge = join(import.meta.dirname, '../../contracts/run-forge.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [forge, 'lint'], { encoding: 'utf8' })
  expect({ status, findings: (stdout + stderr).match(/^(note|warning|error).*/gm) ?? [] }).toEqual({
    status: 0,
    findings: [],
  })
})
