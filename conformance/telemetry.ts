// Native records against what other tools made of them. Layout of the folder: docs/reference/conformance-telemetry.md.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { canonicalIp } from '../domains/network/address.ts';
import related from '../pipeline/enrich/related/index.ts';
import type { ContextDraft } from '../pipeline/enrich/kit.ts';
import { config, openIngestor } from '../pipeline/ingest/index.ts';
import type { Ingestor } from '../pipeline/ingest/index.ts';
import { readIso } from '../pipeline/ingest/kit.ts';
import { sourceOf } from '../pipeline/ingest/source.ts';
import { eventToEcs } from '../schemas/avro/ecs.ts';
import type { Context, Event } from '../schemas/avro/types.gen.ts';
import type { ConformanceSet } from './measure.ts';
import { Tally } from './measure.ts';

type Json = Readonly<Record<string, unknown>>;
interface Row {
  readonly path: string;
}
interface Case {
  readonly id: string;
  readonly input?: unknown;
  readonly expected?: unknown;
  readonly best_effort?: unknown;
  readonly valid?: boolean;
}

/** What is scored of an ECS document: the fields that carry most. Others are extras of the tool that made it. */
const FIELDS = new Set([
  'event.kind',
  'event.category',
  'event.type',
  'event.outcome',
  'event.action',
  'event.code',
  'event.provider',
  'log.level',
  'source.ip',
  'source.port',
  'source.address',
  'source.domain',
  'source.bytes',
  'source.packets',
  'source.mac',
  'destination.ip',
  'destination.port',
  'destination.address',
  'destination.domain',
  'destination.bytes',
  'destination.packets',
  'destination.mac',
  'user.name',
  'user.id',
  'user.domain',
  'user.email',
  'user.target.name',
  'user.target.id',
  'user.target.domain',
  'host.name',
  'host.ip',
  'host.os.type',
  'process.name',
  'process.executable',
  'process.command_line',
  'process.pid',
  'process.entity_id',
  'process.working_directory',
  'process.hash.md5',
  'process.hash.sha1',
  'process.hash.sha256',
  'process.parent.name',
  'process.parent.executable',
  'process.parent.command_line',
  'process.parent.pid',
  'process.parent.entity_id',
  'process.pe.original_file_name',
  'file.path',
  'file.name',
  'file.extension',
  'file.size',
  'file.hash.md5',
  'file.hash.sha1',
  'file.hash.sha256',
  'url.original',
  'url.domain',
  'url.path',
  'url.query',
  'http.request.method',
  'http.response.status_code',
  'http.response.body.bytes',
  'http.version',
  'user_agent.original',
  'dns.question.name',
  'dns.question.type',
  'dns.response_code',
  'dns.id',
  'dns.type',
  'network.transport',
  'network.protocol',
  'network.direction',
  'network.bytes',
  'network.packets',
  'tls.client.server_name',
  'tls.version',
  'tls.version_protocol',
  'tls.server.subject',
  'tls.server.issuer',
  'tls.server.hash.sha1',
  'tls.server.ja3s',
  'tls.client.ja3',
  'rule.id',
  'rule.name',
  'rule.category',
  'cloud.provider',
  'cloud.account.id',
  'cloud.region',
  'cloud.service.name',
  'group.name',
  'group.id',
  'related.ip',
  'related.user',
  'related.hosts',
  'related.hash',
  'message',
]);
/** Where letters mean the same in both cases. */
const CASELESS = /^(host\.name|.*\.hash\.\w+|.*\.mac|tls\.server\.hash\..*|related\.(hash|hosts))$/;
const APPENDED_AT = Date.UTC(2024, 11, 31) * 1000; // stands for the year that some of the formats leave out

export default {
  name: 'telemetry',
  async run(folder) {
    const tally = new Tally('telemetry');
    const ingestor = await openIngestor(config.parse({}), { installation: 'conformance' });
    const files = listed(folder);
    for (const path of files) measureDecoded(tally, ingestor, folder, path);
    for (const tsv of globSync('**/tsv/*.log', { cwd: folder }).sort()) measureEncodings(tally, ingestor, folder, tsv);
    for (const path of files.filter((name) => name.endsWith('.cases.jsonl'))) measureCases(tally, ingestor, folder, path);
    return tally.result();
  },
} satisfies ConformanceSet;

/** Files of the manifest that are there and hold records. */
function listed(folder: string): readonly string[] {
  const manifest = join(folder, 'manifest.json');
  if (!existsSync(manifest)) return [];
  const rows = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly files?: readonly Row[] } | readonly Row[];
  const paths = (Array.isArray(rows) ? (rows as readonly Row[]) : ((rows as { readonly files?: readonly Row[] }).files ?? [])).map(({ path }) => path);
  return paths.filter((path) => existsSync(join(folder, path)) && !path.endsWith('.json')).sort();
}

function linesOf(file: string): readonly string[] {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
}
const casesOf = (file: string): readonly Case[] => linesOf(file).map((line) => JSON.parse(line) as Case);
const inputOf = ({ input }: Case): string => (typeof input === 'string' ? input : input === undefined ? '' : JSON.stringify(input));

/** Reads records in order, as of one file shipped to one topic. */
function reader(ingestor: Ingestor): (record: string) => readonly Event[] {
  const topic = 'raw.conformance.telemetry';
  const source = sourceOf(topic, new Map());
  let kept: unknown;
  let offset = 0;
  const memory = {
    get: () => kept,
    put(value: unknown) {
      kept = value;
    },
  };
  return (record) =>
    ingestor.events({ value: Buffer.from(record), position: { topic, partition: 0, offset: offset++ }, appendedAt: APPENDED_AT }, source, memory);
}

/** A record counts as decoded when a format took it, not when it was kept as text. */
function measureDecoded(tally: Tally, ingestor: Ingestor, folder: string, path: string): void {
  const records = path.endsWith('.cases.jsonl')
    ? casesOf(join(folder, path))
        .map(inputOf)
        .filter((input) => input.trim() !== '')
    : linesOf(join(folder, path));
  const read = reader(ingestor);
  for (const [index, record] of records.entries()) {
    if (/^\t?#/.test(record)) {
      read(record); // a header tells how to read the next lines
      continue;
    }
    tally.case('decoded', `${path}:${index + 1}`, 'decoded', () => {
      const events = read(record);
      return events.length > 0 && events.every(({ dataset }) => dataset !== 'unparsed') ? 'decoded' : (events[0]?.labels.reason ?? 'no format of its own');
    });
  }
}

function measureEncodings(tally: Tally, ingestor: Ingestor, folder: string, tsv: string): void {
  const json = join(folder, dirname(dirname(tsv)), 'json', `${basename(tsv, '.log')}.jsonl`);
  if (!existsSync(json)) return;
  const both = [join(folder, tsv), json].map((file) => {
    const read = reader(ingestor);
    return linesOf(file).flatMap(read).map(comparable);
  });
  for (let index = 0; index < Math.max(both[0]!.length, both[1]!.length); index++)
    tally.case('zeek_tsv_equals_json', `${tsv}:${index + 1}`, both[1]![index] ?? null, () => both[0]![index] ?? null);
}

/** All that an event says of what happened; its place, its hash and its document's writing are the encoding's. */
function comparable({ id: _id, contentHash: _hash, provenance: _provenance, observedAt: _observed, native, ...event }: Event): Json {
  const fields = JSON.parse(Buffer.from(native).toString('utf8')) as Json;
  const same = Object.entries(fields).flatMap(([name, value]): [string, unknown][] =>
    value === null || name === 'raw' || name === '_write_ts' ? [] : [[name, plain(value)]],
  );
  return { ...event, fields: Object.fromEntries(same.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 && value[0] === '' ? [] : value.map(plain); // TSV writes both as (empty)
  if (typeof value === 'number') return Math.sign(value) * Math.round(Math.abs(value) * 1e6);
  const time = typeof value === 'string' ? readIso(value) : undefined;
  return time?.hasZone === true && typeof value === 'string' && time.end === value.length ? time.micros : value;
}

/** One measure per file, by what its cases expect: ECS documents, or the parts of a syslog message. Cases that expect something else are not ours to score. */
function measureCases(tally: Tally, ingestor: Ingestor, folder: string, path: string): void {
  const measure = basename(path, '.cases.jsonl');
  for (const one of casesOf(join(folder, path))) {
    const documents = (Array.isArray(one.expected) ? one.expected : [one.expected]).filter(isDocument);
    const parts = syslogParts(one);
    if (parts !== undefined) measureSyslog(tally, ingestor, measure, one, parts);
    else if (documents.length > 0) measureDocuments(tally, ingestor, measure, one, documents);
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isDocument = (value: unknown): value is Json =>
  isObject(value) && isObject(value.event) && (value.event.kind !== undefined || value.event.category !== undefined || value.event.type !== undefined);

function measureDocuments(tally: Tally, ingestor: Ingestor, measure: string, one: Case, documents: readonly Json[]): void {
  let events: readonly Event[] = [];
  let failure: unknown;
  try {
    events = reader(ingestor)(inputOf(one));
  } catch (error) {
    failure = error;
  }
  for (const [index, document] of documents.entries()) {
    const event = events[index];
    const got = event === undefined ? new Map<string, unknown>() : leaves(eventToEcs(event, relatedOf(event)));
    for (const [name, value] of leaves(document)) {
      if (!FIELDS.has(name)) continue;
      tally.case(measure, `${one.id}#${index} ${name}`, normal(name, value), () => {
        if (failure !== undefined) throw failure;
        return normal(name, got.get(name) ?? null);
      });
    }
  }
}

/** Only what follows from the event itself: no reference data is at hand. */
function relatedOf(event: Event): Context {
  const context: ContextDraft = {
    version: 1,
    sourceGeo: null,
    destinationGeo: null,
    hostAsset: null,
    sourceAsset: null,
    destinationAsset: null,
    sourceZone: null,
    destinationZone: null,
    relatedIp: [],
    relatedUser: [],
    relatedHosts: [],
    relatedHash: [],
    versions: {},
  };
  related
    .open({ geoFile: '', asnFile: '', maxCachedAddresses: 1 })
    .add(event, context, { get: () => undefined, derived: (_table, _asOf, build) => build([], 0) });
  return context;
}

function leaves(document: Json, prefix = ''): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [key, value] of Object.entries(document)) {
    if (prefix === '' && (key === 'native' || key === 'goshawk')) continue;
    if (isObject(value)) for (const [name, inner] of leaves(value, `${prefix}${key}.`)) found.set(name, inner);
    else found.set(prefix + key, value);
  }
  return found;
}

/** Numbers as numbers, arrays as sets, addresses in canonical form, times as instants. */
function normal(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(normal(name, one))))].sort();
  if (typeof value !== 'string') return value;
  if (/^(source|destination)\.(port|bytes|packets)$|\.pid$|status_code$|\.size$/.test(name) && /^\d+$/.test(value)) return Number(value);
  const text = name.endsWith('.ip') ? (canonicalIp(value) ?? value) : value;
  return CASELESS.test(name) ? text.toLowerCase().replaceAll(/^(md5|sha1|sha256|imphash)=/g, '') : text;
}

interface SyslogParts {
  readonly Priority: number;
  readonly Hostname: string | null;
  readonly Appname: string | null;
  readonly ProcID: string | null;
  readonly MsgID: string | null;
  readonly Message: string | null;
  readonly Timestamp: string | null;
  readonly StructuredData?: unknown;
}
function syslogParts({ expected, best_effort: rest }: Case): SyslogParts | undefined {
  const parts = expected ?? rest;
  return isObject(parts) && 'Priority' in parts && 'Hostname' in parts ? (parts as unknown as SyslogParts) : undefined;
}

/** Parts of the header as the event's document keeps them; of a message with a fault, what stood before it. */
function measureSyslog(tally: Tally, ingestor: Ingestor, measure: string, one: Case, parts: SyslogParts): void {
  if (inputOf(one).trim() === '') return;
  const native = (): Json => JSON.parse(Buffer.from(reader(ingestor)(inputOf(one))[0]!.native).toString('utf8')) as Json;
  const field = (name: string, expected: unknown) => tally.case(measure, `${one.id} ${name}`, expected ?? null, () => native()[name] ?? null);
  field('priority', parts.Priority);
  field('hostname', parts.Hostname);
  field('appname', parts.Appname);
  field('procid', parts.ProcID);
  field('msgid', parts.MsgID);
  if (parts.StructuredData !== undefined)
    tally.case(measure, `${one.id} structured_data`, ordered(parts.StructuredData), () => ordered(native().structured_data ?? null));
  if (one.valid !== false) field('message', parts.Message?.replace(/^\uFEFF/, '') || null);
  if (parts.Timestamp !== null && !parts.Timestamp.startsWith('0000'))
    tally.case(measure, `${one.id} timestamp`, Date.parse(parts.Timestamp), () => Date.parse(String(native().timestamp)));
}
const ordered = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, ordered(inner)]),
      )
    : value;
