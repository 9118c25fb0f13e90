import { describe, expect, test } from 'vitest'
import { completeManifest } from '#protocol/manifest-inference.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { checkManifestOf } from '#protocol/verify-kernel.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { checkOfRoots, completeRoots, rootsCheckWgsl, rootsJson, rootsWgsl } from './a-checked-job.ts'
import { refusalOf } from './refusal-of.ts'

const without = (text: string, part: string, other = '') => {
  expect(text).toContain(part)
  return text.replace(part, other)
}
const numbersLine = '@group(0) @binding(1) var<storage, read> numbers: array<u32>;'
const rootsLine = '@group(0) @binding(2) var<storage, read> roots: array<u32>;'

describe('a verify kernel as a job of its own', () => {
  test('gets results, inputs, uniforms and its verdict by their names', () => {
    const { manifest, candidates } = checkOfRoots()
    expect(manifest).toMatchObject({
      wgsl: ['check.wgsl'],
      inputs: { numbers: { file: 'numbers.u32' }, roots: { given: '4*$unit.count' } },
      buffers: {
        numbers: { from: 'input:numbers' },
        roots: { from: 'input:roots' },
        params: { uniform: { unit_begin: '$unit.begin', unit_count: '$unit.count' } },
        verdict: { bytes: 4, result: true, init: 'zero' },
      },
      passes: [{ entry: 'check', invocations: ['$unit.count'] }],
      verify: { verdict: { compare: 'exact' } },
      units: completeRoots().units,
      quorum: 1,
    })
    expect([...candidates]).toEqual([['roots', 'roots']])
  })

  test('tells what was inferred, where it could have been said', () => {
    const places = checkOfRoots().inferred.map(({ where }) => where)
    expect(places).toContain('verify.roots.passes')
    expect(places).toContain('verify.roots.buffers.verdict.bytes')
  })

  test('is complete: whoever comes to it without the sizes of the data comes to the same', () => {
    const { manifest } = checkOfRoots()
    const facts = { inputBytes: new Map<string, number>() }
    expect(checkManifestOf(completeRoots(), reflect(rootsCheckWgsl), facts).manifest).toEqual(manifest)
    expect(completeManifest(manifest, reflect(rootsCheckWgsl), facts)).toEqual({ manifest, inferred: [] })
  })

  test('has a verdict for each position where it says so, and passes and buffers of its own', () => {
    const check = `${without(rootsCheckWgsl, 'verdict: atomic<u32>', 'verdict: array<atomic<u32>>')
      .replace('&verdict', '&verdict[id.x]')
      .replace('params: Params', 'span: Params')
      .replaceAll('params.', 'span.')}
      @compute @workgroup_size(1) fn idle() {}`
    const verify = {
      roots: {
        compare: 'checker',
        wgsl: ['head.wgsl', 'check.wgsl'],
        passes: [{ entry: 'idle', workgroups: [1] }, { entry: 'check' }],
        buffers: { span: { uniform: { unit_count: '$unit.count', unit_begin: '$unit.begin' } } },
      },
    }
    const { manifest } = checkOfRoots(check, { verify })
    expect(manifest.buffers).toMatchObject({ verdict: { bytes: '4*$unit.count' }, span: { uniform: {} } })
    expect(manifest.passes).toHaveLength(2)
    expect(manifest.wgsl).toEqual(['head.wgsl', 'check.wgsl'])
  })

  test('a result that starts as an input of its name is not mistaken for it', () => {
    const wgsl = without(rootsWgsl, numbersLine, '').replaceAll(
      'numbers[params.unit_begin + id.x]',
      'roots[id.x]',
    )
    const check = without(rootsCheckWgsl, numbersLine, '').replace('numbers[params.unit_begin + id.x]', '0u')
    const inputs = { roots: 'roots.u32' }
    const buffers = { roots: { bytes: '4*$unit.count', init: 'input:roots', result: true } }
    const { manifest, candidates } = checkOfRoots(check, { inputs, buffers }, wgsl)
    expect([...candidates]).toEqual([['roots', 'roots_']])
    expect(manifest.buffers['roots']).toEqual({ from: 'input:roots_' })
    expect(manifest.inputs['roots']).toEqual({ file: 'roots.u32' })
  })

  test('the comparator of one result is that of all, which are all looked at', () => {
    const more = '@group(0) @binding(3) var<storage, read_write> more: array<u32>;'
    const wgsl = rootsWgsl
      .replace('@compute', `${more}\n@compute`)
      .replace('roots[id.x] = root;', 'roots[id.x] = root; more[id.x] = 1u;')
    const buffers = { roots: { result: true }, more: { result: true } }
    const changes = { buffers, collect: { kind: 'raw', buffer: 'roots' } }
    const { verify } = completeRoots(changes, wgsl)
    expect(verify['more']).toEqual(verify['roots'])
    expect(refusalOf(() => checkOfRoots(rootsCheckWgsl, changes, wgsl))).toMatchObject({
      reason: 'manifestInvalid',
      message: expect.stringContaining('does not look at "more"') as unknown,
      where: 'verify.roots',
      next: expect.stringContaining('var<storage, read> more') as unknown,
    })
  })
})

describe('[P9] a verify kernel is refused', () => {
  const refused: [fault: string, check: string, where: string, says: RegExp][] = [
    ['that writes no verdict', rootsCheckWgsl.replaceAll('verdict', 'opinion'), 'verify.roots', /"verdict"/],
    [
      'whose verdict is a float',
      rootsCheckWgsl.replace('atomic<u32>', 'array<f32>'),
      'verify.roots',
      /"verdict"/,
    ],
    ['whose verdict is only read', rootsCheckWgsl.replace('read_write', 'read'), 'verify.roots', /"verdict"/],
    [
      'that does not look at the result',
      without(rootsCheckWgsl, rootsLine, '').replace('roots[id.x]', '0u'),
      'verify.roots',
      /does not look at "roots"/,
    ],
    [
      'that wants a value nobody has',
      rootsCheckWgsl.replace('unit_count: u32,', 'unit_count: u32, secret: u32,'),
      'verify.roots.buffers.params.uniform.secret',
      /check\.wgsl: the kernel's field "secret" has no value/,
    ],
    [
      'that reads what is not there',
      rootsCheckWgsl.replaceAll('numbers', 'tables'),
      'verify.roots.buffers.tables',
      /nothing says what is in it/,
    ],
    [
      'of several entry points',
      `${rootsCheckWgsl}\n@compute @workgroup_size(1) fn other() {}`,
      'verify.roots.passes',
      /several entry points/,
    ],
    [
      'with square workgroups and no counts',
      rootsCheckWgsl.replace('workgroup_size(64)', 'workgroup_size(8, 8)'),
      'verify.roots.passes.0',
      /nothing says how many/,
    ],
  ]
  test.each(refused)('%s', (_fault, check, where, says) => {
    expect(refusalOf(() => checkOfRoots(check))).toMatchObject({
      reason: 'manifestInvalid',
      where,
      message: expect.stringMatching(says) as unknown,
      next: expect.stringMatching(/\w/) as unknown,
    })
  })

  test('with a buffer whose size only the data shows', () => {
    const buffers = { table: { init: 'input:numbers' } }
    const verify = { roots: { compare: 'checker', wgsl: 'check.wgsl', buffers } }
    expect(refusalOf(() => checkOfRoots(rootsCheckWgsl, { verify })).next).toContain('"bytes"')
  })

  test('in a job that has a verdict of its own', () => {
    const inputs = { numbers: 'numbers.u32', verdict: 'verdict.u32' }
    expect(refusalOf(() => checkOfRoots(rootsCheckWgsl, { inputs })).next).toMatch(/Rename/)
  })

  test.each<[fault: string, changes: Record<string, unknown>, where: string]>([
    ['where results would be compared', { quorum: 2 }, 'quorum'],
    ['where nothing is said, and two would be', { quorum: undefined }, 'quorum'],
    [
      'beside another comparator',
      {
        buffers: { roots: { result: true }, more: { bytes: 4, result: true } },
        verify: { roots: { compare: 'checker', wgsl: 'check.wgsl' }, more: { compare: 'exact' } },
      },
      'verify.more',
    ],
    ['without a file', { verify: { roots: { compare: 'checker' } } }, 'verify.roots.wgsl'],
    [
      'outside of the folder',
      { verify: { roots: { compare: 'checker', wgsl: '../check.wgsl' } } },
      'verify.roots.wgsl',
    ],
  ])('%s', (_fault, changes, where) => {
    expect(refusalOf(() => parseManifest(rootsJson(changes)))).toMatchObject({
      reason: 'manifestInvalid',
      where,
      next: expect.stringMatching(/\w/) as unknown,
    })
  })
})
