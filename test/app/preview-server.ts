import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build, preview, type InlineConfig } from 'vite'

/** The strictest policy the page must live with: no inline script or style, nothing from elsewhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
].join('; ')

export interface Site {
  readonly url: string
  close(): Promise<void>
}

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The page driven by a script instead of a GPU and a network. */
export function openPreview(): Promise<Site> {
  return openSite(place('preview/'), place('../../out/preview/'))
}

/** The page as contributors get it. */
export function openShippedPage(): Promise<Site> {
  return openSite(place('../../web/'), place('../../out/shipped-page/'))
}

/** Builds a page and serves it on a free port. */
async function openSite(root: string, outDir: string): Promise<Site> {
  const config: InlineConfig = {
    configFile: false,
    logLevel: 'warn',
    root,
    publicDir: place('../../web/public/'),
    plugins: [svelte()],
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2023' },
    preview: { port: 0, host: '127.0.0.1', headers: { 'content-security-policy': contentSecurityPolicy } },
  }
  // A test runner says "test", and Svelte would then build its development variant.
  process.env['NODE_ENV'] = 'production'
  await build(config)
  const server = await preview(config)
  const url = server.resolvedUrls?.local[0]
  if (!url) throw new Error('the preview server has no address')
  return { url, close: () => server.close() }
}
