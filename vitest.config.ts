import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/sequencer.ts';

// Tests that need a server, a browser or the whole chain say so in their name; test/services.ts starts the servers, and only for them.
const SERVICES = ['**/*.{kafka,db,registry}.test.ts'];
const WHOLE = ['**/*.{e2e,browser}.test.ts'];
const NEVER = ['**/node_modules/**', '**/.goshawk/**', '**/dist/**'];
const patience = { testTimeout: 30_000, hookTimeout: 90_000 }; // a server gets 90 s to become ready
// Vite would take the module build of graphql where Node takes the other: two copies, whose objects refuse each other (api/ needs this).
const resolve = { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/count-reporter.ts'],
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...SERVICES, ...WHOLE, ...NEVER],
          maxWorkers: 2,
          isolate: false, // a process for each file costs 120 ms; unit tests keep no global state
          testTimeout: 20_000, // a busy machine is no failure
          sequence: { groupOrder: 0 },
        },
      },
      // They wait for servers more than they compute, so three at once also where there are two processors.
      {
        resolve,
        test: {
          name: 'services',
          include: SERVICES,
          exclude: NEVER,
          globalSetup: './test/services.ts',
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          ...patience,
        },
      },
      // A page waits for its API and a test for the page, an installation for its sessions to time out: two at once fill two processors.
      {
        resolve,
        test: {
          name: 'whole',
          include: WHOLE,
          exclude: NEVER,
          globalSetup: './test/services.ts',
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          retry: 1, // a browser on a busy machine misses a frame; what fails twice fails, and a second try is printed
          ...patience,
        },
      },
    ],
  },
});
