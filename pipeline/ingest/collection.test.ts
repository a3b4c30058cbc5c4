// The whole collection of recorded telemetry: nothing crashes, nothing is lost, and no two formats claim one record.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { load } from '../core/load.ts';
import type { Ingestor } from './index.ts';
import { formats } from './index.ts';
import type { Decoder } from './kit.ts';
import { SURE } from './kit.ts';
import { documentsOf } from './kit/document.ts';
import { APPENDED_AT, decoded, openTestIngestor, recordsOf, sampleFiles, TELEMETRY, telemetryFiles } from './test/records.ts';

let ingestor: Ingestor;
let decoders: readonly Decoder[];
beforeAll(async () => {
  ingestor = await openTestIngestor();
  decoders = await Promise.all(formats().map((name) => load<Decoder>(new URL('./', import.meta.url), name)));
});
const limits = { maxDepth: 50, maxFields: 20_000 };
const forget = { get: () => undefined, put: () => undefined };

/** Formats that are sure of a record, joined. */
const claims = (record: string): string =>
  documentsOf(Buffer.from(record), { appendedAt: APPENDED_AT, zone: undefined, memory: forget }, limits)!
    .map((document) =>
      decoders
        .filter((decoder) => decoder.recognise(document) >= SURE)
        .map(({ name }) => name)
        .join('+'),
    )
    .join(' ');

describe('the samples', () => {
  it.each(sampleFiles().map((file) => [file.split('/').slice(-2).join('/'), file]))(
    '%s: one event a record, all of one format that alone is sure, the same when read again',
    (_name, file) => {
      const records = recordsOf(file);
      const events = decoded(ingestor, records);
      expect(events.length).toBe(records.length);
      expect(events.filter(({ dataset }) => dataset === 'unparsed')).toEqual([]);
      expect(new Set(events.map(({ provenance }) => provenance.parser)).size).toBe(1);
      expect(records.filter((record) => claims(record).includes('+'))).toEqual([]);
      const told = ({ id, time, contentHash, message }: Event) => [id, time, contentHash, message];
      expect(decoded(ingestor, records.slice(0, 200)).map(told)).toEqual(events.slice(0, 200).map(told));
    },
  );
});

interface Row {
  readonly path: string;
  readonly records: number;
  readonly format: string;
}
/** Records that a decoder of ours must read, less those that are broken, by path; `events` where records and events differ. */
const UNREADABLE: Readonly<Record<string, number>> = {
  'copyleft/zeek/slips-test10-mixed-zeek-dir/notice.log': 1, // a line with 23 columns of 26
  'permissive/aws/panther-aws-cloudtrail.cases.jsonl': 1, // what an export says beside a record, without the record
};
const HEADER_WITH_TAB = new Set(['copyleft/zeek/slips-test10-mixed-zeek-dir/conn.log']); // counted as a record there
const OURS = /^(permissive|copyleft)\/(windows\/otrf|suricata\/.*eve|zeek\/|aws\/(cloudtrail|otrf|plaso-aws_cloudtrail|panther-aws-cloudtrail))/;

describe.skipIf(TELEMETRY === undefined)('the collection', () => {
  const rows =
    TELEMETRY === undefined ? [] : (JSON.parse(readFileSync(join(TELEMETRY, 'manifest.json'), 'utf8')) as { readonly files?: readonly Row[] } | readonly Row[]);
  const manifest = Array.isArray(rows) ? (rows as readonly Row[]) : ((rows as { readonly files?: readonly Row[] }).files ?? []);

  it('lists the files of our formats', () => {
    expect(manifest.filter(({ path }) => OURS.test(path)).length).toBeGreaterThan(100);
  });
  it.each(manifest.filter(({ path }) => OURS.test(path)).map((row) => [row.path, row.records] as const))('%s: as many events as records', (path, records) => {
    const events = decoded(
      ingestor,
      recordsOf(join(TELEMETRY!, path)).filter((record) => record !== ''),
    );
    expect(events.length).toBe(records - (HEADER_WITH_TAB.has(path) ? 1 : 0));
    expect(events.filter(({ dataset }) => dataset === 'unparsed').length).toBe(UNREADABLE[path] ?? 0);
  });
  it.each(telemetryFiles('{permissive,copyleft}/**/*.{jsonl,gz,log}').map((file) => [file.split('/telemetry/')[1]!, file]))(
    '%s: no crash, no record lost, no two formats sure',
    (_name, file) => {
      const records = recordsOf(file).filter((record) => record.trim() !== '');
      const isTabbed = records.some((record) => record.trimStart().startsWith('#'));
      const events = decoded(ingestor, records);
      if (isTabbed) expect(events.length).toBeGreaterThan(0);
      else expect(new Set(events.map(({ provenance }) => provenance.offset)).size).toBe(records.length);
      expect(records.map(claims).filter((claim) => claim.includes('+'))).toEqual([]);
    },
  );
});
