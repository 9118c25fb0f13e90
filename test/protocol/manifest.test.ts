import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { requireComplete } from '#protocol/complete-manifest.ts'
import { limits } from '#protocol/limits.ts'
import { planJob } from '#protocol/job-plan.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { aDispatch, aManifestJson, someBuffers } from './a-manifest.ts'
import { refusalOf } from './refusal-of.ts'

const image = {
  kind: 'image',
  buffer: 'out',
  width: 8,
  height: 8,
  tile: [4, 4],
  format: 'rgba32float',
}
const entries = (count: number, entry: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`more_${index}`, entry]))

describe('a manifest that is as it should be', () => {
  test('[P1] the path tracer’s is accepted and planned', async () => {
    const path = new URL('../../shaders/path-tracer/job.json', import.meta.url)
    const manifest = parseManifest(JSON.parse(await readFile(path, 'utf8')))
    expect(planJob(requireComplete(manifest))).toMatchObject({ unitCount: 64, quorum: 2 })
  })

  test('[P1] what may be left out has its default', () => {
    const { inputs, quorum, ...rest } = aManifestJson({
      buffers: { out: { bytes: '4', result: true } },
      passes: [{ do: [aDispatch({ bind: { '0.0': 'out' } })] }],
      units: { range: [0, 10] },
      verify: { out: { compare: 'tolerance', atol: 0, rtol: 0 } },
    })
    expect([inputs, quorum]).not.toContain(undefined)
    expect(parseManifest(rest)).toMatchObject({
      inputs: {},
      quorum: 2,
      units: { granule: 1 },
      verify: { out: { outliers: 0 } },
    })
  })
})

describe('a manifest that is not', () => {
  test.each<[fault: string, changes: Record<string, unknown>, where: string]>([
    ['an unknown field', { haste: 5 }, 'haste'],
    ['a deadline that is no text', { deadline: 5 }, 'deadline'],
    ['a deadline without an offset', { deadline: '2031-05-01T18:00' }, 'deadline'],
    ['a pool that is no digest', { pool: 'river stones' }, 'pool'],
    ['a speed below any', { requires: { gflops: 0 } }, 'requires.gflops'],
    ['units that take no time', { units: { range: [0, 10], targetMs: 0 } }, 'units.targetMs'],
    ['no name', { name: undefined }, 'name'],
    ['a name of spaces', { name: '  ' }, 'name'],
    ['a name without end', { name: 'n'.repeat(limits.nameCharactersMax + 1) }, 'name'],
    ['a summary without end', { summary: 's'.repeat(limits.summaryCharactersMax + 1) }, 'summary'],
    ['a cause of its own', { cause: 'mining' }, 'cause'],
    ['no kernel text', { wgsl: [] }, 'wgsl'],
    ['a kernel outside its folder', { wgsl: ['../secret.wgsl'] }, 'wgsl.0'],
    [
      'an input outside its folder',
      { inputs: { numbers: { file: '/etc/passwd', shared: true } } },
      'inputs.numbers.file',
    ],
    [
      'an input that is not shared',
      { inputs: { numbers: { file: 'a.bin', shared: false } } },
      'inputs.numbers.shared',
    ],
    [
      'too many inputs',
      {
        inputs: {
          numbers: { file: 'a.bin', shared: true },
          ...entries(limits.inputsMax, { file: 'a.bin', shared: true }),
        },
      },
      'inputs',
    ],
    ['too many buffers', { buffers: someBuffers(entries(limits.buffersMax, { bytes: '4' })) }, 'buffers'],
    ['a buffer of no kind', { buffers: someBuffers({ other: { size: 4 } }) }, 'buffers.other.size'],
    [
      'a buffer of two kinds',
      { buffers: someBuffers({ other: { bytes: '4', from: 'input:numbers' } }) },
      'buffers.other',
    ],
    [
      'a buffer from an input that is not there',
      { buffers: someBuffers({ other: { from: 'input:letters' } }) },
      'buffers.other.from',
    ],
    [
      'a buffer from something inherited',
      { buffers: someBuffers({ other: { from: 'input:toString' } }) },
      'buffers.other.from',
    ],
    [
      'a uniform that names nothing',
      { buffers: someBuffers({ params: { uniform: { begin: '$unit.size' } } }) },
      'buffers.params.uniform.begin',
    ],
    ['a comparator for what is no result', { verify: { params: { compare: 'exact' } } }, 'verify.params'],
    ['a comparator of its own', { verify: { out: { compare: 'trust' } } }, 'verify.out.compare'],
    [
      'a tolerance below zero',
      { verify: { out: { compare: 'tolerance', atol: -1, rtol: 0 } } },
      'verify.out.atol',
    ],
    ['a tolerance without its numbers', { verify: { out: { compare: 'tolerance' } } }, 'verify.out.atol'],
    [
      'more outliers than elements',
      { verify: { out: { compare: 'tolerance', atol: 0, rtol: 0, outliers: 2 } } },
      'verify.out.outliers',
    ],
    ['no pass', { passes: [] }, 'passes'],
    [
      'too many passes',
      { passes: Array.from({ length: limits.stepsPerListMax + 1 }, () => ({ do: [aDispatch()] })) },
      'passes',
    ],
    ['a pass that does nothing', { passes: [{ do: [] }] }, 'passes.0.do'],
    [
      'a binding that dangles',
      { passes: [{ do: [aDispatch(), aDispatch({ bind: { '0.0': 'ghost' } })] }] },
      'passes.0.do.1.bind.0.0',
    ],
    [
      'a binding group WebGPU has not',
      { passes: [{ do: [aDispatch({ bind: { '4.0': 'out' } })] }] },
      'passes.0.do.0.bind.4.0',
    ],
    [
      'four dimensions',
      { passes: [{ do: [aDispatch({ workgroups: ['1', '1', '1', '1'] })] }] },
      'passes.0.do.0.workgroups',
    ],
    ['a range that ends where it begins', { units: { range: [10, 10] } }, 'units.range'],
    ['a range that runs backwards', { units: { range: [10, 2] } }, 'units.range'],
    ['a range that begins below zero', { units: { range: [-1, 2] } }, 'units.range.0'],
    ['half a granule', { units: { range: [0, 10], granule: 0.5 } }, 'units.granule'],
    ['a granule of nothing', { units: { range: [0, 10], granule: 0 } }, 'units.granule'],
    ['no quorum', { quorum: 0 }, 'quorum'],
    ['a quorum out of reach', { quorum: 6 }, 'quorum'],
    ['a picture of another buffer', { collect: { ...image, buffer: 'params' } }, 'collect.buffer'],
    ['a picture without width', { collect: { ...image, width: 0 } }, 'collect.width'],
    ['a price of nothing', { price: { perUnitMask: '0', budgetMask: '1' } }, 'price.perUnitMask'],
    ['a price as a number', { price: { perUnitMask: 0.5, budgetMask: '1' } }, 'price.perUnitMask'],
    ['a budget below zero', { price: { perUnitMask: '1', budgetMask: '-1' } }, 'price.budgetMask'],
    [
      'a budget finer than a wei',
      { price: { perUnitMask: '1', budgetMask: '0.0000000000000000001' } },
      'price.budgetMask',
    ],
  ])('[P1] %s: refused by the field’s name, with the next step', (_fault, changes, where) => {
    const refusal = refusalOf(() => parseManifest(aManifestJson(changes)))
    expect(refusal).toMatchObject({ reason: 'manifestInvalid', where })
    expect(refusal.message).toContain(where)
    expect(refusal.next).toMatch(/\w/)
  })

  test.each([null, undefined, 7, 'text', [], [aManifestJson()]])('[P1] %j is no manifest at all', (value) => {
    expect(refusalOf(() => parseManifest(value)).reason).toBe('manifestInvalid')
  })
})
