import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

/** Builds the web app into dist/web, from where the coordinator serves it. */
export default defineConfig({
  root: 'web',
  plugins: [svelte()],
  worker: { format: 'es' },
  resolve: {
    alias: { '@reown/appkit/core': new URL('web/edge/wallet/no-modal.ts', import.meta.url).pathname },
  },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: true,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
})
