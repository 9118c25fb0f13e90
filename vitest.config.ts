import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

/** Unit tests run side by side; what opens browsers, chains or GPUs runs one file at a time, as two cores allow. */
export default defineConfig({
  plugins: [svelte()],
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/**/*.system.test.ts',
            'test/end-to-end/**',
            'test/gpu/**',
            'test/app/page.test.ts',
            'test/contracts/**',
          ],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: [
            'test/**/*.system.test.ts',
            'test/end-to-end/**/*.test.ts',
            'test/gpu/**/*.test.ts',
            'test/app/page.test.ts',
            'test/contracts/**/*.test.ts',
          ],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
