import { createContext } from 'svelte'
import { usualIntensity } from '#web/core/pace.ts'
import { catalogue, type Locale } from './messages/catalogue.ts'
import { preferredLocale, withParameter, type PageParameters, type Theme } from './page-parameters.ts'

/**
 * Language, colours and how much is lent. A choice lives in the address, never in storage:
 * it survives a reload and a shared link, and leaves nothing on the device.
 */
export class Preferences {
  locale: Locale = $state('ja')
  theme: Theme = $state('light')
  /** How much of the GPU is lent, in percent. */
  intensity: number = $state(usualIntensity)
  messages = $derived(catalogue[this.locale])

  constructor(parameters: PageParameters) {
    this.locale = parameters.locale ?? preferredLocale(navigator.languages)
    this.intensity = parameters.intensity
    this.theme = parameters.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  }

  setIntensity(intensity: number): void {
    this.intensity = intensity
  }

  /** Once the hand has left the slider: browsers mind addresses that change all the time. */
  keepIntensity(): void {
    remember('intensity', `${this.intensity}`)
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
