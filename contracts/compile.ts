import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import solc from 'solc'
import * as v from 'valibot'
import { openZeppelinFolder } from './open-zeppelin.ts'

const abiEntry = v.looseObject({ type: v.string(), name: v.optional(v.string()) })
const contract = v.object({
  abi: v.array(abiEntry),
  evm: v.object({ bytecode: v.object({ object: v.string() }) }),
})
const complaint = v.object({
  severity: v.string(),
  formattedMessage: v.string(),
  sourceLocation: v.optional(v.object({ file: v.string() })),
})
const compilerOutput = v.object({
  errors: v.optional(v.array(complaint), []),
  contracts: v.optional(v.record(v.string(), v.record(v.string(), contract)), {}),
})

export type AbiEntry = v.InferOutput<typeof abiEntry>

/** solc comes without types: this is the part of it we call. */
const compiler = solc as {
  version(): string
  compile(
    input: string,
    callbacks: { import(path: string): { contents: string } | { error: string } },
  ): string
}

/** Version of the compiler, commit included: `0.8.37+commit.…`. */
export const compilerVersion = compiler.version().replace('.Emscripten.clang', '')

/**
 * Compiles the sources of a folder and returns what each contract named after its file came to.
 * The settings are those of foundry.toml, so that what is tested is what is shipped.
 *
 * @throws Error with the compiler's own words, also for a mere warning about our own sources
 */
export function compile(folder: string): Map<string, { abi: AbiEntry[]; bytecode: `0x${string}` }> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const names = files.filter((file) => file.endsWith('.sol')).sort()
  const wanted = ['abi', 'evm.bytecode.object']
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(
      names.map((name) => [unitName(name), { content: readFileSync(join(folder, name), 'utf8') }]),
    ),
    settings: {
      evmVersion: foundrySetting('evm_version'),
      optimizer: { enabled: true, runs: Number(foundrySetting('optimizer_runs')) },
      metadata: { bytecodeHash: foundrySetting('bytecode_hash') },
      outputSelection: Object.fromEntries(names.map((name) => [unitName(name), { '*': wanted }])),
    },
  }
  const answer: unknown = JSON.parse(compiler.compile(JSON.stringify(input), { import: readLibrary }))
  const { errors, contracts } = v.parse(compilerOutput, answer)
  const ours = errors.filter(
    (error) => error.severity === 'error' || error.sourceLocation?.file.startsWith('src/'),
  )
  if (ours.length > 0) throw new Error(ours.map((error) => error.formattedMessage).join('\n'))
  return new Map(
    Object.values(contracts)
      .flatMap((file) => Object.entries(file))
      .map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]),
  )
}

function unitName(file: string): string {
  return `src/${file.replaceAll('\\', '/')}`
}

function readLibrary(path: string): { contents: string } | { error: string } {
  const prefix = '@openzeppelin/contracts/'
  if (!path.startsWith(prefix)) return { error: `Only ${prefix} is known, not ${path}` }
  return { contents: readFileSync(join(openZeppelinFolder, path.slice(prefix.length)), 'utf8') }
}

function foundrySetting(name: string): string {
  const toml = readFileSync(join(import.meta.dirname, 'foundry.toml'), 'utf8')
  const value = new RegExp(`^${name} = "?(\\w+)"?$`, 'm').exec(toml)?.[1]
  if (value === undefined)
    throw new Error(`foundry.toml has no ${name}. Next: put it back under [profile.default].`)
  return value
}
