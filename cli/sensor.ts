import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { ORGANIZATION } from '../api/auth/tokens.ts';
import { SENSOR_ACCESS } from '../domains/sensors/sensor.ts';
import { SHIPPERS } from '../domains/sensors/snippets/index.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { CommandFile, Io } from './command.ts';
import { openApi } from './sensor/api.ts';
import type { AskApi, Where } from './sensor/api.ts';
import { printEnrolled, printSensors } from './sensor/show.ts';
import type { Enrolled, Sensor } from './sensor/show.ts';
import { registerTry } from './sensor/try.ts';

interface EnrolOptions extends Where {
  readonly name: string;
  readonly format: string;
  readonly credential: string;
  readonly source?: string;
  readonly silence?: number;
  readonly spiffeId?: string;
  readonly csr?: string;
  readonly shipper?: string;
}

const organization = (text: string): string => {
  if (!ORGANIZATION.test(text)) throw new InvalidArgumentError('Lower-case letters, digits and dashes, at most 63.');
  return text;
};
const oneOf =
  (values: readonly string[]) =>
  (text: string): string => {
    if (!values.includes(text)) throw new InvalidArgumentError(`One of ${values.join(', ')}.`);
    return text;
  };
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const seconds = (text: string): number => {
  const [, number, unit = ''] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('A number and s, m, h or d: 15m, 24h.');
  return Number(number) * UNITS[unit]!;
};

/** 0 = none. */
const secondsOrNone = (text: string): number => (text === 'none' ? 0 : seconds(text));

export default {
  name: 'sensor',
  register(program, io) {
    const command = program.command('sensor').description('Who may send: topic, credential and configuration of a sensor');
    const sub = (name: string, description: string): Command =>
      command
        .command(name)
        .description(description)
        .option('--organization <name>', 'whose sensor it is', organization, 'default')
        .option('--data <folder>', 'of the installation that runs on this machine')
        .option('--json', 'one JSON document');
    sub('enrol', 'Makes its topic and credential, and prints configurations for common shippers')
      .requiredOption('--name <name>', 'what its events carry as sensor: lower-case letters, digits and dashes')
      .option('--format <name>', 'of its records: the name of a decoder, or auto: found out record by record', 'auto')
      .option('--credential <kind>', `how it proves who it is: ${SENSOR_ACCESS.join(', ')}`, oneOf(SENSOR_ACCESS), 'token')
      .option('--source <name>', 'last part of the topic (default: sensors; for sasl: its name)')
      .option('--silence <time>', 'an alert after so long without a record, for example 15m, or none (default: an hour or a day, by its format)', secondsOrNone)
      .option('--spiffe-id <id>', 'for spiffe')
      .option('--csr <file>', 'for mtls: a certificate request, so that the key stays with the sensor')
      .option('--shipper <name>', `print the configuration of one only: ${SHIPPERS.join(', ')}`, oneOf(SHIPPERS))
      .action(async (options: EnrolOptions) => {
        const ask = await openApi(options);
        const body = {
          name: options.name,
          access: options.credential,
          format: options.format,
          ...(options.source !== undefined && { source: options.source }),
          ...(options.silence !== undefined && { silenceSeconds: options.silence }),
          ...(options.spiffeId !== undefined && { spiffeId: options.spiffeId }),
          ...(options.csr !== undefined && { csr: readText(options.csr) }),
        };
        printEnrolled(io, await ask<Enrolled>('POST', '/v2/sensors', body), options.shipper);
      });
    sub('list', 'Sensors with their state: last seen, rate, lag, what was refused')
      .option('--revoked', 'those that were revoked, too')
      .action(async (options: Where & { readonly revoked?: boolean }) => list(io, await openApi(options), options.revoked === true));
    sub('rotate', 'A new credential; the one before holds for a while')
      .argument('<name>', 'of the sensor')
      .option('--overlap <time>', 'how long the one before holds', seconds, 86_400)
      .option('--csr <file>', 'for mtls: a certificate request')
      .option('--shipper <name>', 'print the configuration of one only', oneOf(SHIPPERS))
      .action(async (name: string, options: Where & { readonly overlap: number; readonly csr?: string; readonly shipper?: string }) => {
        const ask = await openApi(options);
        const { id } = await named(ask, name);
        const body = { overlapSeconds: options.overlap, ...(options.csr !== undefined && { csr: readText(options.csr) }) };
        printEnrolled(io, await ask<Enrolled>('POST', `/v2/sensors/${id}/rotate`, body), options.shipper);
      });
    sub('revoke', 'Ends a sensor: what it has is refused within seconds, also on open connections. A dry run without --execute')
      .argument('<name>', 'of the sensor')
      .option('--execute', 'do it')
      .action(async (name: string, options: Where & { readonly execute?: boolean }) => {
        const ask = await openApi(options);
        const sensor = await named(ask, name);
        const isDone = options.execute === true;
        const after = isDone ? await ask<Sensor>('POST', `/v2/sensors/${sensor.id}/revoke`, {}) : sensor;
        if (io.json) return io.print(JSON.stringify({ executed: isDone, sensor: after }));
        io.print(isDone ? `Sensor ${name} is revoked.` : `Would revoke ${name}, which writes to ${sensor.topic}. Add --execute to do it.`);
      });
    registerTry(command, io);
  },
} satisfies CommandFile;

async function list(io: Io, ask: AskApi, withRevoked: boolean): Promise<void> {
  const sensors = await all(ask, withRevoked);
  if (io.json) for (const sensor of sensors) io.print(JSON.stringify(sensor));
  else printSensors(io, sensors);
}

const PAGE = 200;
async function all(ask: AskApi, withRevoked: boolean): Promise<readonly Sensor[]> {
  const found: Sensor[] = [];
  for (let cursor = ''; ;) {
    const query = new URLSearchParams({ limit: String(PAGE), revoked: String(withRevoked), ...(cursor !== '' && { cursor }) });
    const { sensors, next } = await ask<{ readonly sensors: readonly Sensor[]; readonly next: string | null }>('GET', `/v2/sensors?${query.toString()}`);
    found.push(...sensors);
    if (next === null) return found;
    cursor = next;
  }
}

async function named(ask: AskApi, name: string): Promise<Sensor> {
  const { sensors } = await ask<{ readonly sensors: readonly Sensor[] }>('GET', `/v2/sensors?limit=${PAGE}&search=${encodeURIComponent(name)}`);
  const sensor = sensors.find((one) => one.name === name);
  if (sensor === undefined) throw new ConfigError('INVALID_USAGE', `There is no sensor ${name}. \`./goshawk sensor list\` shows those there are.`);
  return sensor;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `${file} cannot be read (${(error as Error).message}).`, {}, { cause: error });
  }
}
