import { createRequire } from 'node:module'

const platforms = new Map([
  ['linux-x64', 'linux-amd64'],
  ['linux-arm64', 'linux-arm64'],
  ['darwin-x64', 'darwin-amd64'],
  ['darwin-arm64', 'darwin-arm64'],
  ['win32-x64', 'win32-amd64'],
])

/**
 * Path of a Foundry program inside the npm package of this machine's platform.
 *
 * We go past the package's own launcher because that one downloads what it misses.
 *
 * @throws Error with the next step, where the platform has no package or npm left it out
 * @example foundryBinary('anvil') // …/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil
 */
export function foundryBinary(tool: 'forge' | 'anvil'): string {
  const host = `${process.platform}-${process.arch}`
  const platform = platforms.get(host)
  if (platform === undefined) {
    throw new Error(
      `Foundry has no ${tool} for ${host}. Next: use one of ${[...platforms.keys()].join(', ')}.`,
    )
  }
  const name = `@foundry-rs/${tool}-${platform}`
  const file = process.platform === 'win32' ? `${tool}.exe` : tool
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/${file}`)
  } catch (cause) {
    throw new Error(`${name} is not installed. Next: npm install, without --omit=optional.`, { cause })
  }
}
