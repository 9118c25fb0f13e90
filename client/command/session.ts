import type { MaskClient } from '#client/sdk/mask-client.ts'
import type { Terminal } from '#client/command/terminal.ts'

/** Where `npm start` listens. */
export const defaultUrl = 'http://127.0.0.1:8787'

/** What every command of one run shares. */
export interface Session {
  readonly mask: MaskClient
  readonly terminal: Terminal
  /** The coordinator's address. */
  readonly url: string
  /** One JSON value, or one a line, instead of text. */
  readonly json: boolean
  readonly keyFile: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborts with `Interrupted` at Ctrl-C. */
  readonly signal: AbortSignal
}
