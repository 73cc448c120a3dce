import { defineConfig } from 'vite';
import { site } from './vite.shared.ts';

/** The address of the relying party whose API `npm run dev:rp` uses. */
const api = process.env.TOUCHSTONE_RP ?? 'http://localhost:7780';

export default defineConfig({
  ...site('rp', '/'),
  server: { port: 5174, strictPort: true, proxy: { '/api': api } },
});
