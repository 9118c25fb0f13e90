import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LocalNetwork } from '#test/network/local-network.ts'
import { runMask } from '#test/network/mask-command.ts'

const shaders = new URL('../../shaders/', import.meta.url).pathname
let network: LocalNetwork

beforeAll(async () => {
  network = await LocalNetwork.start()
  await network.addProvider()
  await network.addProvider()
})
afterAll(() => network.stop())

/** Runs a kernel's job as its README says; gives the files that the command names. */
async function run(name: string, file: string): Promise<string[]> {
  const out = join(network.folder, file)
  const { code, stdout, stderr } = await runMask([
    'run',
    join(shaders, name),
    '--url',
    network.url,
    '--key-file',
    network.keyFile,
    '--out',
    out,
  ])
  expect(code, stderr).toBe(0)
  const files = stdout.trim().split('\n')
  expect(files[0]).toBe(out)
  return files
}

const sidesOf = async (file: string) => {
  const { width, height } = decode(await readFile(file))
  return [width, height]
}

// The demonstration runs the path tracer.
test.each([
  ['mandelbrot', 768, 512],
  ['n-body', 768, 576],
  ['matmul', 2000, 2000],
])('[E8] mask run shaders/%s yields its picture', async (name, width, height) => {
  const [picture = ''] = await run(name, `${name}.png`)
  expect(await sidesOf(picture)).toEqual([width, height])
})

test.each([
  ['knn-mnist', 1_000, 'correct'],
  ['mnist-sweep', 24 * 8, 'accuracy'],
  ['kmeans', 19 * 8, 'inertia'],
  ['bootstrap', 8_192, 'slope'],
  ['histogram', 256, 'luma'],
  ['prime-search', 500, 'primes'],
  ['option-monte-carlo', 32, 'asian'],
  ['factor', 2_048, 'size'],
])('[E8] mask run shaders/%s yields its table of %i rows and its plot', async (name, rows, column) => {
  const [table = '', plot = ''] = await run(name, `${name}.csv`)
  const lines = (await readFile(table, 'utf8')).trim().split(/\r?\n/)
  expect(lines).toHaveLength(rows + 1)
  expect(lines[0]?.split(',')).toContain(column)
  expect(await readFile(plot, 'utf8')).toMatch(/^<svg[\s\S]*<path/)
})

test('[E8] what came through the network is right: every prime below 20,000,000, every pixel counted', async () => {
  const sumOf = async (file: string, column: string) => {
    const [head = '', ...lines] = (await readFile(join(network.folder, file), 'utf8')).trim().split(/\r?\n/)
    const place = head.split(',').indexOf(column)
    return lines.reduce((sum, line) => sum + Number(line.split(',')[place]), 0)
  }
  expect(await sumOf('prime-search.csv', 'primes')).toBe(1_270_607)
  // 484 rows of 1,024 pixels.
  for (const channel of ['red', 'green', 'blue', 'luma'])
    expect(await sumOf('histogram.csv', channel)).toBe(484 * 1024)
  expect(await sumOf('knn-mnist.csv', 'correct')).toBe(931)
})
