/** A JSON Schema of draft 07, as far as docs/manifest.schema.json uses it. */
interface Schema {
  readonly [keyword: string]: unknown
}
type Check = (rule: never, value: unknown, schema: Schema, root: Schema) => boolean

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const types: Record<string, (value: unknown) => boolean> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
}
const onString = (value: unknown, holds: (text: string) => boolean) =>
  typeof value !== 'string' || holds(value)
const onNumber = (value: unknown, holds: (number: number) => boolean) =>
  typeof value !== 'number' || holds(value)
const onArray = (value: unknown, holds: (items: unknown[]) => boolean) =>
  !Array.isArray(value) || holds(value)
const onObject = (value: unknown, holds: (fields: Record<string, unknown>) => boolean) =>
  !isObject(value) || holds(value)

const checks: Record<string, Check> = {
  type: (rule: string, value) => types[rule]?.(value) ?? false,
  enum: (rule: unknown[], value) => rule.includes(value),
  const: (rule: unknown, value) => rule === value,
  minLength: (rule: number, value) => onString(value, (text) => text.length >= rule),
  maxLength: (rule: number, value) => onString(value, (text) => text.length <= rule),
  pattern: (rule: string, value) => onString(value, (text) => new RegExp(rule).test(text)),
  minimum: (rule: number, value) => onNumber(value, (number) => number >= rule),
  maximum: (rule: number, value) => onNumber(value, (number) => number <= rule),
  minItems: (rule: number, value) => onArray(value, (items) => items.length >= rule),
  maxItems: (rule: number, value) => onArray(value, (items) => items.length <= rule),
  items: (rule: Schema | Schema[], value, _schema, root) =>
    onArray(value, (items) =>
      items.every((item, place) => accepts(Array.isArray(rule) ? (rule[place] ?? {}) : rule, item, root)),
    ),
  additionalItems: (rule: Schema | false, value, { items }, root) =>
    onArray(value, (list) =>
      list
        .slice(Array.isArray(items) ? items.length : list.length)
        .every((item) => rule !== false && accepts(rule, item, root)),
    ),
  required: (rule: string[], value) => onObject(value, (fields) => rule.every((name) => name in fields)),
  properties: (rule: Record<string, Schema>, value, _schema, root) =>
    onObject(value, (fields) =>
      Object.entries(fields).every(([name, field]) => accepts(rule[name] ?? {}, field, root)),
    ),
  additionalProperties: (rule: Schema | false, value, { properties = {} }, root) =>
    onObject(value, (fields) =>
      Object.entries(fields).every(
        ([name, field]) => name in (properties as object) || (rule !== false && accepts(rule, field, root)),
      ),
    ),
  propertyNames: (rule: Schema, value, _schema, root) =>
    onObject(value, (fields) => Object.keys(fields).every((name) => accepts(rule, name, root))),
  anyOf: (rule: Schema[], value, _schema, root) => rule.some((one) => accepts(one, value, root)),
  oneOf: (rule: Schema[], value, _schema, root) =>
    rule.filter((one) => accepts(one, value, root)).length === 1,
  $ref: (rule: string, value, _schema, root) => accepts(referred(rule, root), value, root),
}
const annotations = ['$schema', '$defs', 'title', 'description', 'default']

/** Whether a schema accepts a value. Throws for a keyword it does not know, so that none is passed over. */
export function accepts(schema: Schema, value: unknown, root: Schema = schema): boolean {
  return Object.entries(schema).every(([keyword, rule]) => {
    if (annotations.includes(keyword)) return true
    const check = checks[keyword]
    if (!check) throw new Error(`the keyword "${keyword}" is not known here`)
    return check(rule as never, value, schema, root)
  })
}

function referred(pointer: string, root: Schema): Schema {
  const [, name = ''] = /^#\/\$defs\/(\w+)$/.exec(pointer) ?? []
  const found = (root['$defs'] as Record<string, Schema>)[name]
  if (!found) throw new Error(`${pointer} leads nowhere`)
  return found
}
