import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * `--mode memory` and tests put the in-memory host of tests/memory in the place of the real one. A release build
 * does not know that it exists.
 */
export default defineConfig(({ mode }) => ({
  plugins: [svelte(), svelteTesting()],
  resolve: {
    alias: [
      { find: '$lib', replacement: here('./src/lib') },
      ...(mode === 'memory' || mode === 'test'
        ? [{ find: /^\.\/choose$/, replacement: here('./tests/memory/choose.ts') }]
        : []),
    ],
  },
  clearScreen: false,
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  build: {
    // The oldest webview Patchbay runs in: WebKitGTK 2.40 of Debian 12.
    target: ['safari16.4', 'chrome111'],
    cssMinify: 'lightningcss',
    modulePreload: { polyfill: false },
    // A font or picture as a data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // The terminal, which is loaded when the first one is opened.
    chunkSizeWarningLimit: 600,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
    // Whole windows are drawn, perhaps while a compiler has the machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}));
