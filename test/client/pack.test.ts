import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { contentIdOf } from '#protocol/content-id.ts'
import { decodeJobSpec, encodeJobSpec } from '#protocol/job-spec.ts'
import { limits } from '#protocol/limits.ts'
import { piecesOf } from '#protocol/pieces.ts'
import { completeFolder, packComplete, packFolder } from '#client/sdk/job-folder.ts'
import { localSourceOf } from '#client/sdk/local-source.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import {
  aCheckedJobJson,
  aFolder,
  aJobJson,
  firstPart,
  secondPart,
  someCheckedFiles,
  someFiles,
  squaresCheck,
  textBytes,
  without,
} from '#test/client/a-job.ts'

const long = Uint8Array.from({ length: 2 * limits.pieceBytes + 8 }, (_, index) => index % 251)

function sliced(bytes = long) {
  const files = new Map([...someFiles(), ['numbers.bin', bytes]])
  return { manifest: aJobJson({ inputs: { numbers: { file: 'numbers.bin', slice: { stride: 4 } } } }), files }
}

describe('[R9] packing', () => {
  test('a sliced input is stored in pieces, and their digests in a blob', () => {
    const { spec, files } = packFolder(sliced())
    const stored = files.find(({ name }) => name === 'numbers.bin')
    const pieces = stored?.blobs.slice(0, -1) ?? []
    expect(pieces.map(({ bytes }) => bytes.length)).toEqual([limits.pieceBytes, limits.pieceBytes, 8])
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).equals(long)).toBe(true)
    for (const { id, bytes } of pieces) expect(id).toBe(contentIdOf(bytes))
    const digests = stored?.blobs.at(-1)
    expect(digests?.bytes).toEqual(Uint8Array.from(pieces.flatMap(({ bytes }) => [...sha256(bytes)])))
    expect(spec.inputs['numbers']).toEqual({ pieces: digests?.id, bytes: long.length })
    expect(piecesOf(digests?.bytes ?? new Uint8Array(), long.length)).toEqual(pieces.map(({ id }) => id))
  })

  test('the spec says all that is needed, and comes back as it went', () => {
    const { spec, files } = packFolder(sliced())
    expect(decodeJobSpec(encodeJobSpec(spec))).toEqual(spec)
    expect(files.at(-1)?.name).toBe('job spec')
  })

  test('a sliced input without bytes is refused', () => {
    const units = { range: [0, 4] }
    const { manifest, files } = sliced(new Uint8Array())
    expect(() => packFolder({ manifest: { ...manifest, units }, files })).toThrow(/numbers.bin/)
  })

  test('the list of units is stored, and its columns stand in the spec', () => {
    const bytes = textBytes('rate\n1\n2\n')
    const manifest = aJobJson({ units: { list: 'runs.csv' } })
    const { spec, plan } = packFolder({ manifest, files: new Map([...someFiles(), ['runs.csv', bytes]]) })
    expect(plan.unitCount).toBe(2)
    expect(spec.list).toBe(contentIdOf(bytes))
    expect(spec.manifest.units).toEqual({ list: 'runs.csv', columns: ['rate'], count: 2 })
  })

  test('what job.json leaves out is filled in, and told', () => {
    const rest = without(aJobJson(), 'passes', 'verify')
    const { spec, inferred } = packFolder({ ...aFolder(), manifest: rest })
    expect(spec.manifest.verify).toEqual({ out: { compare: 'exact' } })
    expect(inferred.map(({ where }) => where)).toContain('verify.out')
    expect(inferred.map(({ where }) => where)).toContain('passes')
  })

  test('a complete job runs here from the same bytes', async () => {
    const job = completeFolder(sliced())
    const source = localSourceOf(job)
    expect(source.wgsl).toBe(`${firstPart}\n${secondPart}`)
    expect(await source.loadSlice('numbers', 8, 20)).toEqual(long.slice(8, 20))
    expect(await source.loadInput('numbers')).toEqual(long)
    expect(packComplete(job).spec.manifest).toEqual(source.manifest)
  })
})

describe('[R17] a kernel that cannot be read', () => {
  const kernelFailure = (second: string) => {
    const files = new Map([...someFiles(), ['second.wgsl', textBytes(second)]])
    try {
      packFolder({ ...aFolder(), files })
    } catch (error) {
      return error
    }
    return undefined
  }

  test('is refused with the file, line and column in which its author finds it', () => {
    expect(kernelFailure('// fine\nfn {')).toMatchObject({
      code: 'kernelInvalid',
      where: 'second.wgsl:2:4',
      faults: [{ file: 'second.wgsl', line: 2, column: 4, text: 'fn {' }],
    })
  })

  test('that lacks the entry point is told by the field', () => {
    expect(kernelFailure('// nothing')).toMatchObject({ code: 'manifestInvalid', where: 'passes.0.entry' })
  })
})

describe('a job with a verify kernel', () => {
  const checked = () => ({ manifest: aCheckedJobJson(), files: someCheckedFiles() })

  test('its text is stored, and the spec names it', () => {
    const { spec, files } = packFolder(checked())
    expect(spec.check).toBe(contentIdOf(textBytes(squaresCheck)))
    expect(files.find(({ name }) => name === 'check.wgsl')?.blobs[0]?.id).toBe(spec.check)
    expect(decodeJobSpec(encodeJobSpec(spec))).toEqual(spec)
  })

  test('its parts are joined as those of the kernel are', () => {
    const verify = { out: { compare: 'checker', wgsl: ['check.wgsl', 'more.wgsl'] } }
    const files = new Map([...someCheckedFiles(), ['more.wgsl', textBytes('const more = 1;')]])
    const { spec } = packFolder({ manifest: aCheckedJobJson({ verify }), files })
    expect(spec.check).toBe(contentIdOf(textBytes(`${squaresCheck}\nconst more = 1;`)))
  })

  test('the job requires what its verify kernel does, and says so', () => {
    const files = someCheckedFiles(`enable f16;\n${squaresCheck}`)
    const { manifest, inferred } = completeFolder({ manifest: aCheckedJobJson(), files })
    expect(manifest.requires.features).toEqual(['shader-f16'])
    expect(inferred.find(({ where }) => where === 'requires.features')?.what).toContain('shader-f16')
  })

  test('without its file it is refused, with the file’s name', () => {
    expect(() => packFolder({ manifest: aCheckedJobJson(), files: someFiles() })).toThrow(/check\.wgsl/)
  })

  test('one that cannot be read is refused with its file and line', () => {
    const files = someCheckedFiles(`// fine\n${squaresCheck.replace('begin: u32', 'begin: u33')}`)
    expect(maskErrorOf(() => packFolder({ manifest: aCheckedJobJson(), files }))).toMatchObject({
      code: 'kernelInvalid',
      where: expect.stringMatching(/^check\.wgsl:2:/) as unknown,
    })
  })
})

function maskErrorOf(action: () => unknown): MaskError {
  try {
    action()
  } catch (error) {
    if (error instanceof MaskError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
