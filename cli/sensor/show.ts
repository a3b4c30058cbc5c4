// How a sensor and what it is given are printed for people.
import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import type { Snippet } from '../../domains/sensors/snippets/index.ts';
import type { Io } from '../command.ts';

export interface Sensor {
  readonly id: string;
  readonly name: string;
  readonly access: string;
  readonly topic: string;
  readonly format: string | null;
  readonly silenceSeconds: number | null;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  readonly credentials: readonly { readonly id: string; readonly expiresAt: string | null; readonly lastUsedAt: string | null }[];
  readonly health?: Health;
}
export interface Health {
  readonly state: string;
  readonly lastSeenAt: string | null;
  readonly eventsPerMinute: number;
  readonly unparsed: number;
  readonly keyless: number;
  readonly refused: number;
  readonly lagSeconds: number | null;
}
export interface Enrolled {
  readonly sensor: Sensor;
  readonly credential: Readonly<Record<string, string | null>>;
  readonly snippets: readonly Snippet[];
  readonly notes: readonly string[];
}

export function printEnrolled(io: Io, enrolled: Enrolled, shipper: string | undefined): void {
  if (io.json) return io.print(JSON.stringify(enrolled));
  const { sensor, credential, snippets, notes } = enrolled;
  io.print(`Sensor ${sensor.name} writes to ${sensor.topic}; its format is ${sensor.format ?? 'found out record by record'}.`);
  for (const [name, value] of Object.entries(credential)) {
    if (name === 'kind' || value === null) continue;
    const isPem = value.includes('\n');
    if (isPem) {
      const file = `${sensor.name}.${name === 'key' ? 'key' : 'pem'}`;
      writeFileSync(file, `${value.trimEnd()}\n`, { mode: 0o600, flag: 'wx' });
      io.print(`${name}: written to ${file}`);
    } else io.print(`${name}: ${value}`);
  }
  if ('token' in credential || 'password' in credential) io.print('It is shown this once and kept nowhere; `./goshawk sensor rotate` makes another.');
  for (const note of notes) io.print(`Note: ${note}`);
  for (const { shipper: of, title, file, text } of snippets) {
    if (shipper !== undefined && of !== shipper) continue;
    io.print(`\n--- ${title}${file === null ? '' : ` (${file})`}`);
    io.print(text.trimEnd());
  }
}

export function printSensors(io: Io, sensors: readonly Sensor[]): void {
  if (sensors.length === 0) return io.print('No sensor is enrolled. `./goshawk sensor enrol --name web-01` makes one.');
  const table = new Table({
    head: ['name', 'access', 'topic', 'format', 'state', 'last seen', 'a minute', 'unparsed', 'no key', 'refused', 'lag', 'credential'],
    style: { head: [], border: [] },
  });
  for (const { name, access, topic, format, health, credentials, revokedAt } of sensors) {
    table.push([
      name,
      access,
      topic,
      format ?? 'auto',
      health?.state ?? (revokedAt === null ? '' : 'revoked'),
      health?.lastSeenAt?.slice(0, 19).replace('T', ' ') ?? '-',
      health?.eventsPerMinute.toFixed(1) ?? '-',
      String(health?.unparsed ?? '-'),
      String(health?.keyless ?? '-'),
      String(health?.refused ?? '-'),
      health === undefined || health.lagSeconds === null ? '-' : `${health.lagSeconds.toFixed(1)} s`,
      credentials.map(({ expiresAt }) => (expiresAt === null ? 'holds' : `until ${expiresAt.slice(0, 16).replace('T', ' ')}`)).join(', '),
    ]);
  }
  io.print(table.toString());
}
