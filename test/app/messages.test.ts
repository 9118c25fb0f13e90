import { describe, expect, it } from 'vitest'
import { en } from '#web/app/messages/en.ts'
import { ja } from '#web/app/messages/ja.ts'

/** Words that are rightly the same in both languages. */
const shared = new Set([
  'brand',
  'documentTitle',
  'earnings.unit',
  'offer.data.unit',
  'wallet.list.relay.name',
])

const japanese = leavesOf(ja)
const english = leavesOf(en)

describe('messages', () => {
  it('[U2] have the same keys in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...japanese.keys()].sort())
  })

  it.each([
    ['ja', japanese],
    ['en', english],
  ])('leave nothing empty in %s', (_, leaves) => {
    expect([...leaves].filter(([, text]) => text.trim() === '').map(([key]) => key)).toEqual([])
  })

  it('leave nothing untranslated', () => {
    const same = [...japanese].filter(([key, text]) => english.get(key) === text).map(([key]) => key)
    expect(same.filter((key) => !shared.has(key))).toEqual([])
  })

  it('use every value they are given', () => {
    for (const leaves of [japanese, english])
      for (const [key, text] of leaves)
        expect(markersIn(text), key).toEqual(markersIn(japanese.get(key) ?? ''))
  })

  it('contain no Japanese in English, but for the name of the language', () => {
    const mixed = [...english].filter(([, text]) => /\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}/u.test(text))
    expect(mixed.map(([key]) => key)).toEqual(['languageSwitch.label'])
  })
})

/** Every text by its path; a function is called with a marker for each value it takes. */
function leavesOf(tree: object, path: readonly string[] = []): Map<string, string> {
  const leaves = new Map<string, string>()
  for (const [name, value] of Object.entries(tree) as [string, unknown][]) {
    const here = [...path, name]
    if (typeof value === 'string') leaves.set(here.join('.'), value)
    else if (typeof value === 'function') leaves.set(here.join('.'), filledIn(value as Template))
    else for (const [key, text] of leavesOf(value as object, here)) leaves.set(key, text)
  }
  return leaves
}

type Template = (...values: readonly string[]) => string

function filledIn(template: Template): string {
  return template(...Array.from({ length: template.length }, (_, index) => `‹${index}›`))
}

function markersIn(text: string): string[] {
  return (text.match(/‹\d+›/g) ?? []).sort()
}
