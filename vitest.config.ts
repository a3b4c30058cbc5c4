import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Tests that need a server, a browser or the whole chain say so in their name; test/services.ts starts the servers, and only for them.
const SERVICES = ['**/*.{kafka,db,registry,e2e,browser}.test.ts'];
const NEVER = ['**/node_modules/**', '**/.goshawk/**', '**/dist/**'];

// Vite would take the module build of graphql where Node takes the other: two copies, whose objects refuse each other.
const resolve = { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] };

export default defineConfig({
  test: {
    reporters: ['default', './test/count-reporter.ts'],
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...SERVICES, ...NEVER],
          isolate: false, // a process for each file costs 120 ms; unit tests keep no global state
        },
      },
      {
        resolve,
        test: {
          name: 'services',
          include: SERVICES,
          exclude: NEVER,
          globalSetup: './test/services.ts',
          testTimeout: 30_000,
          hookTimeout: 90_000, // a server gets 90 s to become ready
        },
      },
    ],
  },
});
