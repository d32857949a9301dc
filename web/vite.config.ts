import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/** The in-memory server behind `npm run dev`; it never reaches the build. */
function mock(): Plugin {
  return {
    name: 'quandary-mock',
    apply: 'serve',
    async configureServer(server) {
      const { createMock } = await import('./dev/mock.mjs');
      server.middlewares.use(createMock());
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), ...(mode === 'test' ? [] : [mock()])],
  build: {
    outDir: '../src/quandary/static',
    emptyOutDir: true,
    target: 'es2022',
    // light-dark() as it is: rewriting it for older browsers makes the first page larger than it may be
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsDir: 'assets',
    // data: URLs would do for images, yet a file can be cached and audited
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { include: ['tests/**/*.test.ts'] },
}));
