import { describe, expect, it } from 'vitest'
import { preferredLocale, readPageParameters, withParameter } from '#web/app/page-parameters.ts'
import { webGpuPresence } from '#web/app/webgpu-presence.ts'

describe('page parameters', () => {
  it('reads what the address asks for', () => {
    expect(
      readPageParameters('?lang=en&theme=dark&software=allow&intensity=61&watchdog=3000&memory=64'),
    ).toEqual({
      locale: 'en',
      theme: 'dark',
      allowSoftwareAdapter: true,
      intensity: 60,
      watchdogMs: 3_000,
      memoryMiB: 64,
    })
  })

  it.each(['', '?lang=fr&theme=pink&software=yes&intensity=much&watchdog=1&memory=1', '?lang=toString'])(
    'ignores what it does not know: "%s"',
    (search) => {
      expect(readPageParameters(search)).toEqual({
        locale: undefined,
        theme: undefined,
        allowSoftwareAdapter: false,
        intensity: 25,
        watchdogMs: undefined,
        memoryMiB: undefined,
      })
    },
  )

  it.each([
    [['ja-JP', 'en'], 'ja'],
    [['en-GB'], 'en'],
    [['fr-FR', 'en-US'], 'en'],
    [['fr-FR'], 'ja'],
    [[], 'ja'],
  ] as const)('answers readers of %s in %s', (languages, locale) => {
    expect(preferredLocale(languages)).toBe(locale)
  })

  it('changes one parameter of an address and keeps the rest', () => {
    expect(withParameter('https://mask.example/?theme=dark#top', 'lang', 'en')).toBe(
      'https://mask.example/?theme=dark&lang=en#top',
    )
  })
})

describe('WebGPU', () => {
  it('is looked for without touching it', () => {
    const navigator = {
      get gpu(): never {
        throw new Error('the GPU was touched')
      },
    }
    expect(webGpuPresence({ navigator, isSecureContext: true })).toBe('present')
  })

  it('is told to be withheld or missing', () => {
    expect(webGpuPresence({ navigator: {}, isSecureContext: false })).toBe('insecureContext')
    expect(webGpuPresence({ navigator: {}, isSecureContext: true })).toBe('missing')
  })
})
