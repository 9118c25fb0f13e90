/** How a kernel declares the buffer at a slot; what an explicit bind group layout must repeat. */
export type BindingKind = 'uniform' | 'storage' | 'read-only-storage'

/**
 * The buffers a kernel declares, by slot (`"0.2"`: group 0, binding 2).
 *
 * A layout made from these may hold bindings that an entry point leaves unused, which an automatic layout may not.
 * Only literal slot numbers are seen; at other slots the manifest's word has to do.
 *
 * @example declaredBindings('@group(0) @binding(1) var<storage, read> mesh: array<u32>;').get('0.1') // 'read-only-storage'
 */
export function declaredBindings(wgsl: string): ReadonlyMap<string, BindingKind> {
  const declared = new Map<string, BindingKind>()
  // No two neighbours match the same text, and repetitions are bounded: a stranger's text must not make this slow.
  const declaration = /((?:@\w+ ?(?:\([^()]{0,99}\) ?)?){1,9})var ?< ?(\w+) ?(?:, ?(\w+) ?(?:, ?)?)?>/g
  for (const [, attributes = '', space, access] of withoutComments(wgsl)
    .replace(/\s+/g, ' ')
    .matchAll(declaration)) {
    const group = attributeOf(attributes, 'group')
    const binding = attributeOf(attributes, 'binding')
    if (group === undefined || binding === undefined) continue
    if (space === 'uniform') declared.set(`${group}.${binding}`, 'uniform')
    if (space === 'storage')
      declared.set(`${group}.${binding}`, access === 'read_write' ? 'storage' : 'read-only-storage')
  }
  return declared
}

function attributeOf(attributes: string, name: string): number | undefined {
  const match = new RegExp(`@${name}\\s*\\(\\s*(\\d+)[iu]?\\s*,?\\s*\\)`).exec(attributes)
  return match ? Number(match[1]) : undefined
}

/** Comments become spaces; WGSL's block comments nest. */
function withoutComments(wgsl: string): string {
  let text = ''
  let depth = 0
  for (let index = 0; index < wgsl.length;) {
    const pair = wgsl.slice(index, index + 2)
    if (pair === '/*') depth += 1
    else if (pair === '*/' && depth > 0) depth -= 1
    else if (depth === 0 && pair === '//') {
      const end = wgsl.slice(index).search(/[\n\v\f\r\u0085\u2028\u2029]/)
      if (end < 0) return text
      index += end
      continue
    } else {
      if (depth === 0) text += wgsl.charAt(index)
      index += 1
      continue
    }
    text += ' '
    index += 2
  }
  return text
}
