// How the page is built: one script and one style sheet, with their content in their names.
import { defineConfig } from 'vite';

/** The api that a page from `npx vite` asks: where `npm start` has it. */
const API = 'http://127.0.0.1:3000';

export default defineConfig({
  build: {
    outDir: 'dist/page',
    target: 'es2023',
    // Whatever is inlined is refused by the page's own policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': API, '/session': API, '/queues': API, '/docs': API } },
});
