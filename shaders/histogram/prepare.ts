import { photograph } from '#shaders/histogram/photograph.ts'

/** The job's data file: the photograph's pixels. */
export function prepare(): Promise<Map<string, Uint8Array>> {
  return Promise.resolve(new Map([['pixels.rgba8', photograph()]]))
}
