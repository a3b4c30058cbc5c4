import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite` sends what the API answers while developing: the address that `./goshawk up` prints. */
const api = process.env['GOSHAWK_API'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { target: 'es2023', assetsInlineLimit: 0, reportCompressedSize: false },
  server: { host: '127.0.0.1', proxy: { '/graphql': { target: api, ws: true }, '/auth': { target: api } } },
});
