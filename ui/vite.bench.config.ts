import { defineConfig } from 'vite';
import { site } from './vite.shared.ts';

export default defineConfig({ ...site('bench', './'), server: { port: 5173, strictPort: true } });
