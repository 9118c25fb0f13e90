import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('./kernels/', import.meta.url)

/** Kernels that a compiler accepts, each for something that is easily got wrong. */
export const kernels: readonly { readonly name: string; readonly source: string }[] = readdirSync(folder)
  .filter((file) => file.endsWith('.wgsl'))
  .map((file) => ({ name: file.slice(0, -5), source: readFileSync(new URL(file, folder), 'utf8') }))

export function kernelNamed(name: string): string {
  const kernel = kernels.find((each) => each.name === name)
  if (!kernel) throw new Error(`there is no kernel "${name}"`)
  return kernel.source
}
