import type { MaskClient } from '#client/sdk/mask-client.ts'
import type { Terminal } from '#client/command/terminal.ts'

/** Where `npm start` listens. */
export const defaultUrl = 'http://127.0.0.1:8787'

/** What a command has that asks nobody else. */
export interface LocalSession {
  readonly terminal: Terminal
  /** One JSON value, or one a line, instead of text. */
  readonly json: boolean
  /** Aborts with `Interrupted` at Ctrl-C. */
  readonly signal: AbortSignal
}

/** What every command of one run shares. */
export interface Session extends LocalSession {
  readonly mask: MaskClient
  /** The coordinator's address. */
  readonly url: string
  readonly keyFile: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}
