/** What canonical JSON is made of. Sums go in as decimal strings: JSON's numbers are floats. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue | undefined }

/**
 * JSON with its names sorted, no space, and absent fields left out: one value has one text (RFC 8785, for the values we
 * have: whole numbers, and texts without lone surrogates).
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields: string[] = []
  for (const name of Object.keys(value).sort()) {
    const field = value[name]
    if (field !== undefined) fields.push(`${JSON.stringify(name)}:${canonicalJson(field)}`)
  }
  return `{${fields.join(',')}}`
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}
