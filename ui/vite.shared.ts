import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin, UserConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `$kit/…` points, for the builds and for the tests. */
export const alias = { $kit: here('./kit') };

/** Puts the faces' licences beside them, as the Open Font License asks; code has its own list. */
function fontLicences(): Plugin {
  const faces = ['inter', 'jetbrains-mono'];
  const licence = (face: string) =>
    readFileSync(here(`./node_modules/@fontsource-variable/${face}/LICENSE`), 'utf8');
  return {
    name: 'font-licences',
    apply: 'build',
    generateBundle() {
      const source = faces.map(licence).join('\n\n');
      this.emitFile({ type: 'asset', fileName: 'licences-fonts.txt', source });
    },
  };
}

/**
 * The build of one site (`bench` or `rp`): its sources in `ui/<site>`, its output in
 * `ui/dist/<site>`. Nothing is inlined, so that both run under a policy without
 * `unsafe-inline` and without `data:` fonts.
 */
export function site(name: 'bench' | 'rp', base: string): UserConfig {
  return {
    root: here(`./${name}`),
    base,
    plugins: [svelte({ configFile: here('./svelte.config.js') }), fontLicences()],
    resolve: { alias },
    clearScreen: false,
    build: {
      outDir: here(`./dist/${name}`),
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      license: { fileName: 'licences.txt' },
    },
  };
}
