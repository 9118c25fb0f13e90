import { readdir, readFile, writeFile } from 'node:fs/promises'
import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { aJobJson, anImageJobJson, aResult, aSpec } from '#test/client/a-job.ts'
import { CommandBench, sha256 } from '#test/client/command-bench.ts'

const bench = CommandBench.use()

describe('[R23] fetch', () => {
  test('an image: the very pixels, and a manifest that tells how they came about', async () => {
    const env = await bench.start()
    const json = anImageJobJson(3, 2, [2, 2])
    const { spec, bytes } = aSpec({ ...json, collect: { ...(json['collect'] as object), toneMap: 'linear' } })
    const { id, specId } = bench.coordinator.addJob(spec, bytes)
    const tiles = [0.2, 0.6].map((value) => new Uint8Array(new Float32Array(16).fill(value).buffer))
    for (const [unit, tile] of tiles.entries()) await bench.coordinator.accept(id, unit, tile)
    await bench.coordinator.settle(id)

    const { exitCode, stdout } = await bench.desk.run(['fetch', id, '--out', 'deep/here'], env)
    expect(exitCode).toBe(0)
    expect(stdout).toBe('deep/here/result.png\ndeep/here/manifest.json\n')
    const file = await readFile(bench.desk.path('deep/here/result.png'))
    const row = [51, 51, 51, 51, 51, 51, 51, 51, 153, 153, 153, 153]
    const picture = decode(file)
    expect({ ...picture, data: [...picture.data] }).toMatchObject({
      width: 3,
      height: 2,
      channels: 4,
      depth: 8,
      data: [...row, ...row],
    })
    expect(JSON.parse(await readFile(bench.desk.path('deep/here/manifest.json'), 'utf8'))).toMatchObject({
      job: id,
      spec: specId,
      complete: true,
      state: 'settled',
      result: {
        bytes: file.length,
        sha256: sha256(file),
        image: { width: 3, height: 2, rgbaSha256: sha256(Uint8Array.from([...row, ...row])) },
      },
      units: { total: 2, accepted: 2, failed: 0, failedUnits: [] },
      verification: { quorum: 2 },
      cost: { unitPriceWei: '500000000000000000', chargedWei: '1000000000000000000' },
      unitSha256: tiles.map(sha256),
    })
    expect(await readdir(bench.desk.path('deep/here'))).toEqual(['manifest.json', 'result.png'])
  })

  test('raw bytes in unit order', async () => {
    const env = await bench.start()
    const id = await bench.aJob([3, 1, 0, 2])
    const { exitCode } = await bench.desk.run(['fetch', id, '--out', '.'], env)
    expect(exitCode).toBe(0)
    const file = await readFile(bench.desk.path('result.bin'))
    expect(new Uint8Array(file)).toEqual(new Uint8Array(Uint32Array.of(100, 101, 102, 103).buffer))
    expect(JSON.parse(await readFile(bench.desk.path('manifest.json'), 'utf8'))).toMatchObject({
      result: { sha256: sha256(file) },
    })
  })

  test('failed units: zero in the result, null among the digests, exit code 6', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 2], [1, 3])
    const { exitCode, stdout } = await bench.desk.run(['fetch', id, '--out', '.', '--json'], env)
    expect(exitCode).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, units: { failedUnits: [1, 3] } })
    const file = await readFile(bench.desk.path('result.bin'))
    expect(new Uint8Array(file)).toEqual(new Uint8Array(Uint32Array.of(100, 0, 102, 0).buffer))
    const { unitSha256 } = JSON.parse(await readFile(bench.desk.path('manifest.json'), 'utf8')) as {
      unitSha256: unknown[]
    }
    expect(unitSha256).toEqual([sha256(aResult(0)), null, sha256(aResult(2)), null])
  })

  test('--partial takes what is there', async () => {
    const env = await bench.start()
    const id = await bench.aJob([1])
    const { exitCode } = await bench.desk.run(['fetch', id, '--out', '.', '--partial'], env)
    expect(exitCode).toBe(6)
    expect(new Uint8Array(await readFile(bench.desk.path('result.bin')))).toEqual(
      new Uint8Array(Uint32Array.of(0, 101, 0, 0).buffer),
    )
  })

  test('--partial leaves out what is not final', async () => {
    const env = await bench.start()
    const id = await bench.aJob([1])
    await bench.coordinator.provide(id, 0, aResult(0))
    const { exitCode } = await bench.desk.run(['fetch', id, '--out', '.', '--partial'], env)
    expect(exitCode).toBe(6)
    expect(new Uint8Array(await readFile(bench.desk.path('result.bin')))).toEqual(
      new Uint8Array(Uint32Array.of(0, 101, 0, 0).buffer),
    )
    expect(JSON.parse(await readFile(bench.desk.path('manifest.json'), 'utf8'))).toMatchObject({
      complete: false,
      units: { provisional: 1, accepted: 1 },
    })
  })

  test('that fails leaves nothing half written, and what was there before', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 1, 2, 3])
    await writeFile(bench.desk.path('result.bin'), 'former')
    bench.coordinator.job(id).results.set(2, new Uint8Array(3))
    const { exitCode, stderr } = await bench.desk.run(['fetch', id, '--out', '.'], env)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('has 3 bytes; the unit has 4')
    expect(await readdir(bench.desk.folder)).toEqual(['result.bin'])
    expect(await readFile(bench.desk.path('result.bin'), 'utf8')).toBe('former')
  })

  test('an array: NPY with its shape, failed units zero', async () => {
    const env = await bench.start()
    const { spec, bytes } = aSpec(aJobJson({ collect: { kind: 'array', type: 'u32', shape: [2, 2] } }))
    const { id } = bench.coordinator.addJob(spec, bytes)
    for (const unit of [3, 0, 1]) await bench.coordinator.accept(id, unit, aResult(unit))
    await bench.coordinator.move(id, 2, 'failed')
    const { exitCode, stdout } = await bench.desk.run(['fetch', id, '--out', '.', '--json'], env)
    expect(exitCode).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({
      result: { file: 'result.npy', array: { type: 'u32', shape: [2, 2] } },
    })
    const file = await readFile(bench.desk.path('result.npy'))
    expect(file.subarray(0, 128).toString('latin1')).toContain(
      "'descr': '<u4', 'fortran_order': False, 'shape': (2, 2)",
    )
    expect([...new Uint32Array(new Uint8Array(file.subarray(128)).buffer)]).toEqual([100, 101, 0, 103])
  })

  test('a table: CSV, and its plot beside it', async () => {
    const env = await bench.start()
    const plot = { mark: 'bar', x: 'unit', y: 'square', title: 'Squares' }
    const collect = { kind: 'table', columns: { square: 'u32' }, plot }
    const { spec, bytes } = aSpec(aJobJson({ collect }))
    const { id } = bench.coordinator.addJob(spec, bytes)
    for (const unit of [2, 0, 3, 1]) await bench.coordinator.accept(id, unit, aResult(unit))
    const { stdout, stderr } = await bench.desk.run(['fetch', id, '--out', 'here'], env)
    expect(stdout).toBe('here/result.csv\nhere/result.svg\nhere/manifest.json\n')
    // The preview is for people.
    expect(stderr).toBe('')
    expect(await readFile(bench.desk.path('here/result.csv'), 'utf8')).toBe(
      'unit,square\r\n0,100\r\n1,101\r\n2,102\r\n3,103\r\n',
    )
    const svg = await readFile(bench.desk.path('here/result.svg'))
    expect(svg.toString()).toContain('>Squares</text>')
    expect(JSON.parse(await readFile(bench.desk.path('here/manifest.json'), 'utf8'))).toMatchObject({
      result: { table: { columns: ['unit', 'square'], rows: 4 }, plot: { sha256: sha256(svg) } },
    })
    expect(await readdir(bench.desk.path('here'))).toEqual(['manifest.json', 'result.csv', 'result.svg'])
  })
})
