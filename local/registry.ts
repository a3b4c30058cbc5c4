// Apicurio Registry, for its Confluent API; its rows in an H2 file.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Jars } from './jars.ts';
import type { Java } from './java.ts';
import { link } from './kafka.ts';
import type { Starting } from './kafka.ts';
import { startPart } from './part.ts';
import type { PartFolders } from './part.ts';
import { waitUntilReady } from './ready.ts';

export interface RegistrySpec {
  /** The H2 file of one version is not the other's, so each has a folder of its own below this one. */
  readonly folder: string;
  readonly jars: Jars;
  readonly java: Java;
  readonly port: number;
  readonly managementPort: number;
  readonly temporary: string;
}

/** The Confluent API is not at the root. */
export const registryUrl = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`;

/** True when the address answers as a schema registry. */
export async function isRegistryReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2000) });
  return answer.ok && Array.isArray(await answer.json());
}

export async function startRegistry(spec: RegistrySpec, folders: PartFolders, signal: AbortSignal): Promise<Starting> {
  const { java, jars, port, managementPort, temporary } = spec;
  const folder = join(spec.folder, jars.registryVersion);
  await mkdir(folder, { recursive: true });
  await link(jars.registry, join(folder, 'app'));
  const h2 = 'jdbc:h2:file:./registry'; // relative, for a path may hold what H2 takes for an option
  const options = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': managementPort, // else it listens on 0.0.0.0:9000
    'apicurio.datasource.url': h2,
    'registry.datasource.url': h2, // version 3, version 2
    'quarkus.log.level': 'WARN',
    'java.io.tmpdir': temporary,
  };
  const part = startPart(
    {
      name: 'registry',
      command: [
        java.program,
        '-Xmx400m',
        '-XX:-UsePerfData',
        '-XX:TieredStopAtLevel=1',
        ...(java.major >= 24 ? ['--enable-native-access=ALL-UNNAMED'] : []),
        ...Object.entries(options).map(([name, value]) => `-D${name}=${value}`),
        '-jar',
        `app/${jars.registryJar}`,
      ],
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC', TMPDIR: temporary },
      stopSignal: 'TERM',
    },
    folders,
  );
  return { part, isReady: waitUntilReady(part, () => isRegistryReady(registryUrl(port)), signal) };
}
