import { createContext } from 'svelte'
import { catalogue, type Locale } from './messages/catalogue.ts'
import { preferredLocale, withParameter, type PageParameters, type Theme } from './page-parameters.ts'

/**
 * Language and colours of the page. A choice lives in the address, never in storage:
 * it survives a reload and a shared link, and leaves nothing on the device.
 */
export class Preferences {
  locale: Locale = $state('ja')
  theme: Theme = $state('light')
  messages = $derived(catalogue[this.locale])

  constructor(parameters: PageParameters) {
    this.locale = parameters.locale ?? preferredLocale(navigator.languages)
    this.theme = parameters.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  }

  toggleLocale(): void {
    this.locale = this.locale === 'ja' ? 'en' : 'ja'
    remember('lang', this.locale)
  }

  toggleTheme(): void {
    this.theme = this.theme === 'light' ? 'dark' : 'light'
    remember('theme', this.theme)
  }
}

function remember(name: string, value: string): void {
  history.replaceState(history.state, '', withParameter(location.href, name, value))
}

export const [getPreferences, setPreferences] = createContext<Preferences>()
