// Native records against what other tools made of them. Layout of the folder: docs/reference/conformance-telemetry.md.
import { existsSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { config, openIngestor } from '../pipeline/ingest/index.ts';
import type { Ingestor } from '../pipeline/ingest/index.ts';
import { readIso } from '../pipeline/ingest/kit.ts';
import type { Event } from '../schemas/avro/types.gen.ts';
import type { ConformanceSet } from './measure.ts';
import { Tally } from './measure.ts';
import { ecsDocuments } from './telemetry/ecs-documents.ts';
import type { Json } from './telemetry/fields.ts';
import { cef, datadog, metron, panther, spire, vrl } from './telemetry/named-cases.ts';
import { logTypes, schemas, sourcetypes } from './telemetry/products.ts';
import { casesOf, inputOf, linesOf, listed, reader } from './telemetry/reading.ts';
import { syslogMessages } from './telemetry/syslog-parts.ts';

const SCORERS = [cef, vrl, metron, datadog, panther, spire, sourcetypes, schemas, logTypes, syslogMessages, ecsDocuments];

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

/** One measure per file, by what its cases expect. Cases that expect what is no part of decoding (rules that match) are not scored here. */
function measureCases(tally: Tally, ingestor: Ingestor, folder: string, path: string): void {
  const stem = basename(path, '.cases.jsonl');
  for (const one of casesOf(join(folder, path))) SCORERS.find(({ takes }) => takes(one, stem))?.score(tally, stem, one, () => reader(ingestor));
}
