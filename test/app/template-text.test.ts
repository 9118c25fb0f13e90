import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'svelte/compiler'
import { expect, it } from 'vitest'

const folder = fileURLToPath(new URL('../../web/app/', import.meta.url))
const files = await readdir(folder, { recursive: true })

/** Attributes that people see or hear. */
const spokenAttributes = new Set(['aria-label', 'aria-description', 'title', 'placeholder', 'alt'])
const letter = /\p{L}/u
const japanese = /\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}/u

it.each(files.filter((file) => file.endsWith('.svelte')))(
  '%s takes its words from the messages',
  async (file) => {
    const source = await readFile(folder + file, 'utf8')
    expect(literalTexts(parse(source, { modern: true, filename: file }).fragment)).toEqual([])
  },
)

it('[U2] keeps Japanese inside the messages', async () => {
  const elsewhere = files.filter((file) => /\.(svelte|ts|css)$/.test(file) && !file.startsWith('messages/'))
  for (const file of elsewhere) expect(japanese.test(await readFile(folder + file, 'utf8')), file).toBe(false)
})

it('finds the text it forbids', () => {
  const texts = (source: string) => literalTexts(parse(source, { modern: true }).fragment)
  expect(texts('<p>Hello</p>')).toEqual(['Hello'])
  expect(texts('<button aria-label="Close">×</button>')).toEqual(['Close'])
  expect(texts('{#if true}<p>{"Hello"}</p>{/if}')).toEqual(['Hello'])
  expect(texts('<p title="{words.a} units">{`${n} units`}</p>')).toEqual([' units', ' units'])
  expect(texts('<p class="lead">{words.lead}: {n}</p>')).toEqual([])
})

interface Node {
  readonly type?: string
  readonly [field: string]: unknown
}

/** Texts with letters in them that stand in the template itself. */
function literalTexts(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(literalTexts)
  if (typeof node !== 'object' || node === null) return []
  const { type, ...fields } = node as Node
  if (type === 'Text') return worded(fields['data'])
  if (type === 'ExpressionTag') return wordsOfExpression(fields['expression'])
  if (type === 'Attribute')
    return spokenAttributes.has(String(fields['name'])) ? literalTexts(fields['value']) : []
  return Object.values(fields).flatMap(literalTexts)
}

/** A text that is shown as it stands: a plain string or a template's fixed parts. */
function wordsOfExpression(expression: unknown): string[] {
  const { type, value, quasis } = expression as Node
  if (type === 'Literal') return worded(value)
  if (type === 'TemplateLiteral')
    return (quasis as { value: { raw: string } }[]).flatMap((part) => worded(part.value.raw))
  return []
}

function worded(text: unknown): string[] {
  return typeof text === 'string' && letter.test(text) ? [text] : []
}
