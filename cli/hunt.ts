import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { ORGANIZATION } from '../api/auth/tokens.ts';
import { SEVERITIES } from '../store/queries/findings.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { CommandFile, Io } from './command.ts';
import { parseMoment } from './dead-letters/filter.ts';
import { openApi } from './sensor/api.ts';
import type { Where } from './sensor/api.ts';

interface Question extends Where {
  readonly indicators?: string;
  readonly query?: string;
  readonly dataset: readonly string[];
  readonly from: number;
  readonly to?: number;
}
interface Start extends Question {
  readonly name: string;
  readonly severity: string;
  readonly alerts: boolean;
  readonly execute: boolean;
}
interface Estimate {
  readonly events: number;
  readonly servedBy: 'time' | 'values';
  readonly reads: number;
  readonly why: string | null;
  readonly seconds: number;
  readonly isAllowed: boolean;
  readonly advice: string | null;
}
interface Hunt {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly progress: number;
  readonly from: string;
  readonly to: string;
  readonly eventsTotal: number;
  readonly servedBy: 'time' | 'values';
  readonly eventsRead: number;
  readonly matches: number;
  readonly newFindings: number;
  readonly createdBy: string;
}
interface Found {
  readonly time: string;
  readonly title: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly events: readonly { readonly id: string; readonly topic: string; readonly partition: number; readonly offset: number }[];
}

/** Whole percents; never 100 before it is done. */
const percent = ({ state, progress }: Hunt): string => `${state === 'done' ? 100 : Math.min(99, Math.floor(progress * 100))} %`;
const count = (n: number): string => n.toLocaleString('en');

export default {
  name: 'hunt',
  register(program, io) {
    const command = program.command('hunt').description('Indicators or a search through the events that are stored, as a job');
    const sub = (name: string, description: string): Command =>
      command
        .command(name)
        .description(description)
        .option('--organization <name>', 'whose events', organization, 'default')
        .option('--data <folder>', 'of the installation that runs on this machine')
        .option('--json', 'one JSON document');
    const question = (name: string, description: string): Command =>
      sub(name, description)
        .option('--indicators <file>', 'addresses, networks, domains, hashes and URLs, one a line; - reads from standard input')
        .option('--query <search>', 'a search, as in the dashboard; either this or indicators')
        .option('--dataset <name>', 'only this dataset; may be given more than once', (one: string, before: readonly string[]) => [...before, one], [])
        .requiredOption('--from <time>', 'ISO 8601 with a zone, or so long ago: 30m, 12h, 7d', (text) => parseMoment(text))
        .option('--to <time>', 'likewise; now unless given', (text) => parseMoment(text));

    question('start', 'Says what it would cost; with --execute begins it')
      .requiredOption('--name <name>', 'what findings of a search are called')
      .option('--severity <level>', `of what it finds: ${SEVERITIES.join(', ')}`, severity, 'medium')
      .option('--alerts', 'what it finds becomes alerts, too', false)
      .option('--execute', 'begin it', false)
      .action((options: Start) => start(options, io));
    sub('list', 'Hunts, newest first').action(async (options: Where) => {
      const { hunts } = await (await openApi(options))<{ readonly hunts: readonly Hunt[] }>('GET', '/v2/hunts?limit=50');
      if (io.json) return io.print(JSON.stringify({ hunts }));
      if (hunts.length === 0) return io.print('There are no hunts. ./goshawk hunt start --help says how to begin one.');
      const table = new Table({ head: ['id', 'name', 'state', 'done', 'events', 'found', 'new', 'by'] });
      for (const hunt of hunts) {
        const { id, name, state, eventsTotal, matches, newFindings, createdBy } = hunt;
        table.push([id, name, state, percent(hunt), count(eventsTotal), count(matches), count(newFindings), createdBy]);
      }
      io.print(table.toString());
    });
    sub('show', 'One hunt and the newest events that it found')
      .argument('<id>', 'as list prints it')
      .option('--limit <n>', 'findings that are shown, at most 200', limit, 20)
      .action((id: string, options: Where & { readonly limit: number }) => show(id, options, io));
    for (const [verb, description] of [
      ['pause', 'Lets it rest'],
      ['resume', 'Lets it go on where it rests'],
      ['cancel', 'Ends it; what it found stays'],
    ] as const) {
      sub(verb, description)
        .argument('<id>', 'as list prints it')
        .action(async (id: string, options: Where) => {
          const hunt = await (await openApi(options))<Hunt>('POST', `/v2/hunts/${encodeURIComponent(id)}/${verb}`);
          io.print(io.json ? JSON.stringify(hunt) : `${hunt.name}: ${hunt.state}`);
        });
    }
  },
} satisfies CommandFile;

async function start({ name, severity: level, alerts, execute, ...options }: Start, io: Io): Promise<void> {
  const ask = await openApi(options);
  const asked = questionOf(options);
  const estimate = await ask<Estimate>('POST', '/v2/hunts/estimate', asked);
  if (!estimate.isAllowed) {
    io.print(io.json ? JSON.stringify({ estimate }) : (estimate.advice ?? 'It would look at too many events.'));
    process.exitCode = 1;
    return;
  }
  const hunt = execute ? await ask<Hunt>('POST', '/v2/hunts', { ...asked, name, severity: level, makesAlerts: alerts }) : null;
  if (io.json) return io.print(JSON.stringify({ estimate, hunt }));
  io.print(`${count(estimate.events)} events; ${wayOf(estimate)}, about ${count(estimate.seconds)} s.`);
  if (estimate.why !== null && estimate.events > 0) io.print(estimate.why);
  io.print(hunt === null ? 'Nothing was begun: add --execute.' : `Begun: ${hunt.id}. ./goshawk hunt show ${hunt.id} says how far it is.`);
}

const wayOf = ({ servedBy, reads }: Estimate): string =>
  servedBy === 'values' ? `the index of values leads to about ${count(reads)} of them` : 'all are read one after the other';

async function show(id: string, { limit: most, ...where }: Where & { readonly limit: number }, io: Io): Promise<void> {
  const ask = await openApi(where);
  const path = `/v2/hunts/${encodeURIComponent(id)}`;
  const hunt = await ask<Hunt>('GET', path);
  const { findings } = await ask<{ readonly findings: readonly Found[] }>('GET', `${path}/findings?limit=${most}`);
  if (io.json) return io.print(JSON.stringify({ hunt, findings }));
  io.print(`${hunt.name}: ${hunt.state}, ${percent(hunt)} of ${count(hunt.eventsTotal)} events, ${hunt.from} to ${hunt.to}`);
  if (hunt.reason !== null) io.print(hunt.reason);
  io.print(`${count(hunt.eventsRead)} events read, ${hunt.servedBy === 'values' ? 'by the index of values' : 'one after the other'}`);
  io.print(`${count(hunt.matches)} found, ${count(hunt.newFindings)} of them new`);
  if (findings.length === 0) return;
  const table = new Table({ head: ['event time', 'found', 'in', 'raw record'] });
  for (const { time, title, fields, events } of findings) {
    const [field] = fields;
    const [event] = events;
    table.push([
      time,
      title,
      field === undefined ? '' : `${field.name}: ${field.value}`,
      event === undefined ? '' : `${event.topic}/${event.partition}@${event.offset}`,
    ]);
  }
  io.print(table.toString());
}

function questionOf({ indicators, query, dataset, from, to }: Question): object {
  return {
    ...(indicators !== undefined && { indicators: readList(indicators) }),
    ...(query !== undefined && { query }),
    datasets: dataset,
    from: new Date(from / 1_000).toISOString(),
    ...(to !== undefined && { to: new Date(to / 1_000).toISOString() }),
  };
}

function readList(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `${file} cannot be read: ${(error as Error).message}`, {}, { cause: error });
  }
}

function organization(text: string): string {
  if (!ORGANIZATION.test(text)) throw new InvalidArgumentError('Lower-case letters, digits and dashes, at most 63.');
  return text;
}
function severity(text: string): string {
  if (!(SEVERITIES as readonly string[]).includes(text)) throw new InvalidArgumentError(`One of ${SEVERITIES.join(', ')}.`);
  return text;
}
function limit(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) < 1 || Number(text) > 200) throw new InvalidArgumentError('1 to 200.');
  return Number(text);
}
