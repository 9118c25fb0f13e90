import { locales, type Locale } from './messages/catalogue.ts'

const themes = ['light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** What the address asks for; undefined where it is silent or says something unknown. */
export interface PageParameters {
  readonly locale: Locale | undefined
  readonly theme: Theme | undefined
  /** Admits a GPU imitated in software: for tests and demonstrations. */
  readonly allowSoftwareAdapter: boolean
}

/** Reads `?lang=ja|en`, `?theme=light|dark` and `?software=allow`. */
export function readPageParameters(search: string): PageParameters {
  const query = new URLSearchParams(search)
  return {
    locale: oneOf(locales, query.get('lang')),
    theme: oneOf(themes, query.get('theme')),
    allowSoftwareAdapter: query.get('software') === 'allow',
  }
}

/** The first language the reader prefers that the page speaks; Japanese otherwise. */
export function preferredLocale(languages: readonly string[]): Locale {
  const primary = languages.map((language) => language.split('-')[0] ?? '')
  return primary.map((language) => oneOf(locales, language)).find((locale) => locale) ?? 'ja'
}

/** The same address with one parameter set. */
export function withParameter(address: string, name: string, value: string): string {
  const url = new URL(address)
  url.searchParams.set(name, value)
  return url.href
}

function oneOf<Choice extends string>(choices: readonly Choice[], text: string | null): Choice | undefined {
  return choices.find((choice) => choice === text)
}
