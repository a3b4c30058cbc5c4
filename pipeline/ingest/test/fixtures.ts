// Fixtures of the formats: raw records beside the documents that they become. `npm run gen` prints the expected files, a person reads them.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventToEcs } from '../../../schemas/avro/ecs.ts';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import { OWN_SOURCE } from '../../core/sensor.ts';
import type { Ingestor } from '../index.ts';
import { decoded } from './records.ts';

const FORMATS = new URL('../', import.meta.url);
const IS_FIXTURE = /\.(?:log|jsonl|txt|bin)$/;

export interface Fixture {
  readonly format: string;
  /** Of the file, without its folder. */
  readonly name: string;
  /** Path from the project's root of the documents that the records become. */
  readonly expectedPath: string;
  /** In order, as of one file shipped to one topic. */
  readonly records: readonly Buffer[];
  /** Files named `not-..` hold what looks like the format and is not. */
  readonly isOfFormat: boolean;
}

/** `*.log` and `*.jsonl` hold a record a line, `*.txt` and `*.bin` are one record. */
export function fixturesOf(format: string): readonly Fixture[] {
  const folder = fileURLToPath(new URL(`${format}/fixtures/`, FORMATS));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => IS_FIXTURE.test(name) && !name.includes('.expected.'))
    .sort()
    .map((name) => ({
      format,
      name,
      expectedPath: `pipeline/ingest/${format}/fixtures/${name.replace(IS_FIXTURE, '')}.expected.jsonl`,
      records: recordsIn(readFileSync(folder + name), /\.(?:log|jsonl)$/.test(name)),
      isOfFormat: !name.startsWith('not-'),
    }));
}

function recordsIn(bytes: Buffer, isLines: boolean): readonly Buffer[] {
  if (!isLines) return [bytes];
  const records: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); start < bytes.length; end = bytes.indexOf(10, start)) {
    const line = bytes.subarray(start, end < 0 ? bytes.length : end);
    if (line.length > 0) records.push(line);
    start = end < 0 ? bytes.length : end + 1;
  }
  return records;
}

/** The events of a fixture, recognised as in an installation: nothing names the format. */
export const eventsOf = (ingestor: Ingestor, fixture: Fixture): readonly Event[] => decoded(ingestor, fixture.records, { topic: topicOf(fixture) });
/** Where records of the format lie. What the platform tells of itself is believed on a topic of its own; what only looks like it lies elsewhere. */
export const topicOf = ({ format, isOfFormat = true }: { readonly format: string; readonly isOfFormat?: boolean }): string =>
  format === 'goshawk' && isOfFormat ? `raw.default.${OWN_SOURCE}` : 'raw.default.fixture';

/** A line an event: what it is as an ECS document, less what follows from its place. `native` is left out where it is the record as it came. */
export function expectedText(events: readonly Event[], { records }: Fixture): string {
  return events
    .map((event) => {
      const {
        event: named,
        goshawk,
        native,
        organization: _organization,
        observer: observed,
        ...document
      } = eventToEcs(event) as {
        readonly event: Readonly<Record<string, unknown>>;
        readonly observer?: Readonly<Record<string, unknown>>;
        readonly goshawk: Readonly<Record<string, unknown>>;
      } & Readonly<Record<string, unknown>>;
      const { id: _id, ingested: _ingested, ...kept } = named;
      const { content_hash: _hash, provenance: _provenance, ...own } = goshawk;
      const { name: _sensor, ...observer } = observed ?? {};
      const isRecord = records[event.provenance.offset]!.equals(Buffer.from(event.native));
      const { offset, parser } = event.provenance;
      const about = { record: offset + 1, parser, ...own };
      return `${JSON.stringify({ ...document, ...(Object.keys(observer).length > 0 ? { observer } : {}), event: kept, goshawk: about, ...(isRecord ? {} : { native }) })}\n`;
    })
    .join('');
}

/** Of the records that were not written for this project: the first line of NOTICE. */
export function licenceOf(format: string): string {
  const notice = new URL(`${format}/NOTICE`, FORMATS);
  return existsSync(notice) ? readFileSync(notice, 'utf8').split('\n', 1)[0]!.trim() : 'own';
}
export const hasReadme = (format: string): boolean => existsSync(new URL(`${format}/README.md`, FORMATS));
