import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright'

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/**
 * Path of a Chrome or Chromium: the one named by MASK_BROWSER, an installed one, or one installed now by the
 * platform's means (Debian's package when root, Playwright's download elsewhere).
 */
export function findBrowser(tell: (line: string) => void): string {
  const found = installedBrowser()
  if (found !== undefined) return found
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    tell('No Chromium here: installing the Debian package chromium …')
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-y', '-qq', 'chromium'])
  } else {
    tell('No Chrome or Chromium here: Playwright downloads one …')
    run(process.execPath, [
      createRequire(import.meta.url).resolve('playwright/cli.js'),
      'install',
      'chromium',
    ])
  }
  const installed = installedBrowser()
  if (installed === undefined)
    throw new Error(
      'Chromium could not be installed. Install Chrome or Chromium, or name one in MASK_BROWSER.',
    )
  return installed
}

function installedBrowser(): string | undefined {
  const named = process.env['MASK_BROWSER']
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`MASK_BROWSER names ${named}, and there is no such file.`)
    return named
  }
  return [chromium.executablePath(), ...usualPlaces].find((path) => path !== '' && existsSync(path))
}

function run(program: string, programArguments: readonly string[]): void {
  const { status, stderr } = spawnSync(program, programArguments, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (status !== 0)
    throw new Error(`${program} ${programArguments.join(' ')} failed. ${stderr.trim().slice(-500)}`)
}
