import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { alias } from './vite.shared.ts';

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  resolve: { alias },
  test: {
    environment: 'jsdom',
    include: ['{kit,rp,bench}/**/*.test.ts'],
    restoreMocks: true,
    unstubGlobals: true,
  },
});
