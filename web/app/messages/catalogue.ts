import { en } from './en.ts'
import { ja, type Messages } from './ja.ts'

export const locales = ['ja', 'en'] as const
export type Locale = (typeof locales)[number]

export const catalogue: Record<Locale, Messages> = { ja, en }
