import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build, preview, type InlineConfig } from 'vite'

/** The strictest policy the page must live with: no inline script or style, nothing from elsewhere. */
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Builds the preview of the page and serves it on a free port, as the real page will be served. */
export async function openPreview(): Promise<{ url: string; close: () => Promise<void> }> {
  const config: InlineConfig = {
    configFile: false,
    logLevel: 'warn',
    root: place('preview/'),
    publicDir: place('../../web/public/'),
    plugins: [svelte()],
    build: { outDir: place('../../out/preview/'), emptyOutDir: true, target: 'es2023' },
    preview: { port: 0, host: '127.0.0.1', headers: { 'content-security-policy': contentSecurityPolicy } },
  }
  await build(config)
  const server = await preview(config)
  const url = server.resolvedUrls?.local[0]
  if (!url) throw new Error('the preview server has no address')
  return { url, close: () => server.close() }
}
