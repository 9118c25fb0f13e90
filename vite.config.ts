import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

/** Builds the web app into dist/web, from where the coordinator serves it. */
export default defineConfig({
  root: 'web',
  plugins: [svelte()],
  worker: { format: 'es' },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: true,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
})
