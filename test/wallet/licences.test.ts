import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Package {
  readonly name?: string
  readonly version?: string
  readonly license?: unknown
  readonly licenses?: readonly { readonly type?: string }[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Package
const ours = read('package.json')
/** Every installed package, nested ones included; folders inside packages that only look like one have no version. */
const installed = globSync('node_modules/**/package.json')
  .map((path) => ({ path, ...read(path) }))
  .filter(({ path, name, version }) => {
    const folder = dirname(path)
    return name !== undefined && version !== undefined && folder.endsWith(`node_modules/${name}`)
  })

/** Words of licences that forbid, ask money, or bind to somebody’s service. */
const unfree =
  /community|commercial|business|proprietary|unlicensed|see license|elastic|sspl|busl|polyform|non-?commercial/i

describe('[Y11] the installed packages', () => {
  test('are many, so that the search has found them', () => {
    expect(installed.length).toBeGreaterThan(400)
    expect(installed.map(({ name }) => name)).toContain('@walletconnect/sign-client')
  })

  test('have no community or commercial licence', () => {
    const found = installed.flatMap(({ name, version, license, licenses }) => {
      const words = typeof license === 'string' ? license : JSON.stringify(license ?? licenses ?? '')
      return unfree.test(words) ? [`${name} ${version}: ${words}`] : []
    })
    expect(found).toEqual([])
  })

  test('of WalletConnect and Reown say Apache-2.0 or MIT, in the text that lies beside them too', () => {
    const theirs = installed.filter(({ name = '' }) => /^@(walletconnect|reown)\//.test(name))
    expect(theirs.length).toBeGreaterThan(20)
    for (const { path, name, version, license } of theirs) {
      expect(['Apache-2.0', 'MIT', 'ISC'], `${name} ${version}`).toContain(license)
      for (const file of globSync(`${dirname(path)}/LICEN[CS]E*`))
        expect(/community license/i.test(readFileSync(file, 'utf8')), file).toBe(false)
    }
  })

  test('of WalletConnect and Reown are pinned to the last free versions', () => {
    const asked = { ...ours.dependencies, ...ours.devDependencies }
    expect(asked['@walletconnect/ethereum-provider']).toBe('2.21.8')
    expect(asked['@reown/walletkit']).toBe('1.2.10')
    const others = Object.entries(asked).filter(([name]) => /^@(walletconnect|reown)\//.test(name))
    for (const [name, version] of others) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('have one viem', () => {
    const copies = installed.filter(({ name }) => name === 'viem')
    expect(copies.map(({ path }) => path)).toEqual(['node_modules/viem/package.json'])
  })
})
