/** Takes pictures of the page in every language, theme and width, for human eyes: `node test/app/screenshots.ts`. */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openBrowser } from './browser.ts'
import { openPreview } from './preview-server.ts'
import { scenes } from './preview/scenes.ts'

const folder = fileURLToPath(new URL('../../out/screenshots/', import.meta.url))
const sceneNames = Object.keys(scenes)

await mkdir(folder, { recursive: true })
const server = await openPreview()
const browser = await openBrowser()
for (const width of [375, 1280])
  for (const theme of ['light', 'dark'])
    for (const lang of ['ja', 'en']) {
      const page = await browser.newPage({ viewport: { width, height: width === 375 ? 812 : 800 } })
      for (const scene of sceneNames) {
        const query = new URLSearchParams({ scene, theme, lang })
        await page.goto(`${server.url}?${query.toString()}`)
        if (scene === 'choosy') await page.locator('summary').click()
        await page.screenshot({ path: `${folder}${scene}-${lang}-${theme}-${width}.png`, fullPage: true })
      }
      await page.close()
    }
await browser.close()
await server.close()
