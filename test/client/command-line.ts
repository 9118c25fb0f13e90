import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const maskProgram = fileURLToPath(new URL('../../client/bin/mask.js', import.meta.url))

export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running `mask`, as a person or a script would start it. */
export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves as soon as stderr or stdout holds the text. */
  said(text: string): Promise<void>
}

/** An empty folder to work in, which is also the home. */
export class Desk {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async make(): Promise<Desk> {
    return new Desk(await mkdtemp(join(tmpdir(), 'mask-desk-')))
  }

  clear(): Promise<void> {
    return rm(this.folder, { recursive: true })
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  /** Starts `mask` with nothing of this process's environment but the path. */
  start(words: readonly string[], env: Record<string, string> = {}, node = process.execPath): Running {
    const child = spawn(node, [maskProgram, ...words], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], HOME: this.folder, XDG_STATE_HOME: this.path('state'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    const listeners = new Set<() => void>()
    const hear = (add: (text: string) => void) => (bytes: Buffer) => {
      add(bytes.toString())
      for (const listener of listeners) listener()
    }
    child.stdout.on(
      'data',
      hear((text) => (stdout += text)),
    )
    child.stderr.on(
      'data',
      hear((text) => (stderr += text)),
    )
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (exitCode) => {
        resolve({ exitCode, stdout, stderr })
      })
    })
    const said = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const listen = () => {
          if (`${stdout}${stderr}`.includes(text)) resolve()
        }
        listeners.add(listen)
        listen()
        void ended.then(() => {
          reject(new Error(`mask ended without saying "${text}": ${stdout}${stderr}`))
        })
      })
    return { process: child, ended, said }
  }

  run(words: readonly string[], env: Record<string, string> = {}, node?: string): Promise<Ended> {
    return this.start(words, env, node).ended
  }
}
