/**
 * Writes docs/manifest.schema.json, which gives editors completion and hints for job.json, from the one schema in
 * protocol/manifest-schema.ts. With `--check`, says whether the file is what would be written.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema'
import { format, resolveConfig } from 'prettier'
import type { GenericSchema } from 'valibot'
import { assert } from '#protocol/assert.ts'
import { manifestSchema } from '#protocol/manifest-schema.ts'

const file = new URL('../docs/manifest.schema.json', import.meta.url)

interface Lazy extends GenericSchema {
  readonly type: 'lazy'
  getter(input: unknown): GenericSchema
}

/** The schema of a step chooses its form by the fields it sees; these make it choose each. */
const stepProbes = { repeat: { do: [] }, copy: { copy: [] }, clear: { clear: '' }, dispatch: {} }

/** The JSON Schema (draft 07) of `job.json`, as text. */
export async function manifestSchemaText(): Promise<string> {
  const { step, value } = recursiveSchemas()
  const forms = Object.entries(stepProbes).map(([name, probe]) => [name, step.getter(probe)] as const)
  const definitions = { uniformValue: value.getter(undefined), ...Object.fromEntries(forms) }
  const converted = toJsonSchema(manifestSchema, {
    typeMode: 'input',
    // What only code can say (sums of money, names that refer to each other) is for `mask check`.
    errorMode: 'ignore',
    definitions,
    overrideSchema: ({ valibotSchema }) => {
      if (valibotSchema === (step as object)) return { $ref: '#/$defs/step' }
      return valibotSchema === (value as object) ? { $ref: '#/$defs/uniformValue' } : undefined
    },
  })
  // The converter numbers recursive schemas by itself; nothing refers to those.
  const named = Object.keys(definitions).map((name) => [name, converted.$defs?.[name]] as const)
  const anyForm: JsonSchema[] = forms.map(([name]) => ({ $ref: `#/$defs/${name}` }))
  const schema = {
    ...converted,
    title: 'A job of MASK (job.json)',
    description: 'What each field means stands in docs/MANIFEST.md.',
    $defs: Object.fromEntries([...named, ['step', { anyOf: anyForm }] as const]),
  }
  return format(JSON.stringify(schema), { ...(await resolveConfig(file)), parser: 'json' })
}

/** The two schemas that contain themselves, found by looking at all: nobody else needs their names. */
function recursiveSchemas(): { step: Lazy; value: Lazy } {
  const found = new Set<Lazy>()
  toJsonSchema(manifestSchema, {
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema }) => {
      if (isLazy(valibotSchema)) found.add(valibotSchema)
      return undefined
    },
  })
  const isValue = (lazy: Lazy) => lazy.getter(undefined).type === 'union'
  const [step, ...otherSteps] = [...found].filter((lazy) => !isValue(lazy))
  const [value, ...otherValues] = [...found].filter(isValue)
  assert(step && otherSteps.length === 0, 'steps alone choose their form by their fields')
  assert(value && otherValues.length === 0, 'uniform values alone contain themselves otherwise')
  return { step, value }
}

function isLazy(schema: object): schema is Lazy {
  return 'type' in schema && schema.type === 'lazy'
}

async function main(check: boolean): Promise<void> {
  const text = await manifestSchemaText()
  if (!check) return writeFile(file, text)
  const written = await readFile(file, 'utf8').catch(() => '')
  if (written === text) return
  process.stderr.write('docs/manifest.schema.json is stale.\n  next: node client/build-manifest-schema.ts\n')
  process.exitCode = 1
}

if (import.meta.main) await main(process.argv.includes('--check'))
