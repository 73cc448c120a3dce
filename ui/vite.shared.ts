import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { UserConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `$kit/…` points, for the builds and for the tests. */
export const alias = { $kit: here('./kit') };

/**
 * The build of one site (`bench` or `rp`): its sources in `ui/<site>`, its output in
 * `ui/dist/<site>`. Nothing is inlined, so that both run under a policy without
 * `unsafe-inline` and without `data:` fonts.
 */
export function site(name: 'bench' | 'rp', base: string): UserConfig {
  return {
    root: here(`./${name}`),
    base,
    plugins: [svelte({ configFile: here('./svelte.config.js') })],
    resolve: { alias },
    clearScreen: false,
    build: {
      outDir: here(`./dist/${name}`),
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  };
}
