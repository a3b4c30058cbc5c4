// Starts broker, registry and database once for a test run, in a data folder of its own, so that `npm test` and `npm start` do not meet.
// Tests find them by GOSHAWK_TEST_KAFKA, GOSHAWK_TEST_REGISTRY and GOSHAWK_TEST_DATABASE; each file makes topics and databases of its own.
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { Service } from '../local/choice.ts';
import { deleteIfFree, openInstallation } from '../local/installation.ts';
import { stateFolder } from '../local/project.ts';
import { openReport } from '../local/report.ts';
import { planServices, startServices } from '../local/services.ts';
import { createSupervisor } from '../local/supervisor.ts';

const VARIABLES: Readonly<Record<Service, string>> = { broker: 'GOSHAWK_TEST_KAFKA', registry: 'GOSHAWK_TEST_REGISTRY', database: 'GOSHAWK_TEST_DATABASE' };

/** Vitest calls it before the first test that needs a server, and what it returns after the last. */
export default async function setup(): Promise<() => Promise<void>> {
  deleteStale();
  const report = openReport(process.stderr, false);
  const wanted = (Object.keys(VARIABLES) as Service[]).filter((service) => !process.env[VARIABLES[service]]);
  if (wanted.length === 0) return async () => {};
  const folder = join(stateFolder, `test-${process.pid}`);
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL, ...env } = process.env; // a real installation is never a test's to use
  void [KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL];
  const plan = await planServices(wanted, folder, env);
  if (plan.choice.missing.length > 0) {
    report.say('test', `Tests that need ${wanted.join(', ')} are skipped:\n${plan.choice.missing.join('\n')}`);
    return async () => {};
  }
  const { signal } = new AbortController();
  const supervisor = createSupervisor();
  const installation = await openInstallation(folder, report, signal);
  const end = async () => {
    await supervisor.stopAll();
    await installation.release();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const addresses = await startServices(installation, plan, { report, signal, isDurable: false, onPart: supervisor.addService });
    for (const [service, address] of [
      ['broker', addresses.kafkaBrokers],
      ['registry', addresses.registryUrl],
      ['database', addresses.databaseUrl],
    ] as const) {
      if (wanted.includes(service)) process.env[VARIABLES[service]] = address;
    }
  } catch (error) {
    await end();
    if (!(error instanceof ConfigError)) throw error;
    report.say('test', `Tests that need ${wanted.join(', ')} are skipped: ${error.message}`);
    return async () => {};
  }
  return end;
}

/** Runs that were killed leave their folder behind; its lock is free then. */
function deleteStale(): void {
  if (!existsSync(stateFolder)) return;
  for (const name of readdirSync(stateFolder).filter((entry) => /^test-\d+$/.test(entry))) deleteIfFree(join(stateFolder, name));
}
