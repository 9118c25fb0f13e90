import { clampIntensity, usualIntensity } from '#web/core/pace.ts'
import { locales, type Locale } from './messages/catalogue.ts'

const themes = ['light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** What the address asks for; undefined where it is silent or says something unknown. */
export interface PageParameters {
  readonly locale: Locale | undefined
  readonly theme: Theme | undefined
  /** Admits a GPU imitated in software: for tests and demonstrations. */
  readonly allowSoftwareAdapter: boolean
  /** How much of the GPU is lent, in percent. */
  readonly intensity: number
  /** Cuts short how long a kernel may hang, in ms: for tests, and heard only together with `software=allow`. */
  readonly watchdogMs: number | undefined
  /** GPU memory that a job may take, in MiB; heard only together with `software=allow`. */
  readonly memoryMiB: number | undefined
}

/** Reads `?lang=ja|en`, `?theme=light|dark`, `?intensity=5…100`, `?software=allow`, `?watchdog=<ms>`, `?memory=<MiB>`. */
export function readPageParameters(search: string): PageParameters {
  const query = new URLSearchParams(search)
  const allowSoftwareAdapter = query.get('software') === 'allow'
  return {
    locale: oneOf(locales, query.get('lang')),
    theme: oneOf(themes, query.get('theme')),
    allowSoftwareAdapter,
    intensity: clampIntensity(wholeNumber(query.get('intensity')) ?? usualIntensity),
    watchdogMs: allowSoftwareAdapter ? wholeNumber(query.get('watchdog')) : undefined,
    memoryMiB: allowSoftwareAdapter ? wholeNumber(query.get('memory')) : undefined,
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

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : undefined
}

function oneOf<Choice extends string>(choices: readonly Choice[], text: string | null): Choice | undefined {
  return choices.find((choice) => choice === text)
}
