import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { Document } from '../document.ts';
import { anyDocument, OWN, realDocuments } from '../test/documents.ts';
import { queryParquet } from '../test/duckdb.ts';
import { parquet } from './index.ts';

const format = parquet();
const isOcsf = (document: Document) => 'class_uid' in document;
const ids = (documents: readonly Document[]) =>
  documents.map((document) => (isOcsf(document) ? (document.metadata as Document).uid : (document.event as Document).id));

describe('ECS documents', () => {
  it('are rows with a column for each field, as DuckDB reads them', async () => {
    const [rows, types] = await queryParquet(
      format.encode([...OWN.ecs].reverse()),
      `select "@timestamp"::varchar as at, "event.id", "event.severity", "related.hosts", "rule.name", "threat.technique.subtechnique.id", goshawk->>'$.alert.score' as score,
        json_extract(goshawk, '$.alert.revision')::int as revision, "source.ip", other from $file`,
      `select column_name, column_type from (describe select "@timestamp", "source.port", "event.category", "source.ip", native from $file)`,
    );
    expect(rows).toEqual([
      {
        at: '2026-01-01 00:00:00.000001+00',
        'event.id': expect.stringMatching(/^f{32}-1$/) as string,
        'event.severity': '70',
        'related.hosts': ['workstation5'],
        'rule.name': 'Hive copied | with "esentutl" = bad',
        'threat.technique.subtechnique.id': ['T1003.002'],
        score: null,
        revision: null,
        'source.ip': null,
        other: null,
      },
      expect.objectContaining({ at: '2026-01-01 00:01:00+00', revision: 2 }),
    ]);
    expect(types).toEqual([
      { column_name: '@timestamp', column_type: 'TIMESTAMP WITH TIME ZONE' },
      { column_name: 'source.port', column_type: 'BIGINT' },
      { column_name: 'event.category', column_type: 'VARCHAR[]' },
      { column_name: 'source.ip', column_type: 'VARCHAR' },
      { column_name: 'native', column_type: 'VARCHAR' },
    ]);
  });

  it('of every kind there is are all there, in order of time', { timeout: 60_000 }, async () => {
    const documents = realDocuments().filter((document) => !isOcsf(document));
    const content = format.encode(documents);
    const [rows, order] = await queryParquet(
      content,
      'select "event.id" as id from $file',
      'select count(*)::int as wrong from (select "@timestamp" as now, lag("@timestamp") over (order by file_row_number) as before from read_parquet($file, file_row_number = true)) where before > now',
    );
    expect(rows!.map(({ id }) => String(id)).sort()).toEqual(ids(documents).map(String).sort());
    expect(order).toEqual([{ wrong: 0 }]);
    const again = await parquetReadObjects({ file: new Uint8Array(parquet({ compression: 'snappy' }).encode(documents)).buffer, columns: ['event.id'] });
    expect(again.map((row) => row['event.id'])).toEqual(rows!.map(({ id }) => id));
  });
});

describe('OCSF documents', () => {
  it('are rows with the nested columns of their class', async () => {
    const [rows, types] = await queryParquet(
      format.encode(OWN.ocsf),
      `select class_uid::int as class, finding_info.title as title, finding_info.attacks[1].technique.uid as technique, len(evidences) as evidences, observables[1].value as first,
        metadata.product.name as product, unmapped->>'$."goshawk.alert.revision"' as revision, list_transform(finding_info.related_events, e -> e.uid) as events from $file`,
      'select column_name, column_type from (describe select time, severity_id, is_alert, risk_score, metadata.profiles as profiles from $file)',
    );
    expect(rows).toEqual([
      {
        class: 2004,
        title: 'Hive copied | with "esentutl" = bad',
        technique: null,
        evidences: '2',
        first: 'workstation5',
        product: 'Goshawk',
        revision: null,
        events: [`1767225600000001-${'e'.repeat(32)}`, `1767225600000001-${'e'.repeat(32)}`],
      },
      expect.objectContaining({ revision: '2' }),
    ]);
    expect(types!.map(({ column_type }) => column_type)).toEqual(['BIGINT', 'BIGINT', 'BOOLEAN', 'BIGINT', 'VARCHAR[]']);
  });

  it('of every class there is are all there, and say in JSON what they said', { timeout: 120_000 }, async () => {
    const byClass = Map.groupBy(realDocuments().filter(isOcsf), ({ class_uid }) => class_uid as number);
    expect(byClass.size).toBeGreaterThan(20);
    for (const documents of byClass.values()) {
      const few = documents.slice(0, 15);
      const [rows] = await queryParquet(format.encode(few), 'select to_json(t) as document from $file t');
      const inOrder = few.toSorted((a, b) => (a.time as number) - (b.time as number));
      expect(rows!.map(({ document }) => said(JSON.parse(document as string)))).toEqual(inOrder.map(said));
    }
  });

  it('of another class are refused', () => {
    expect(() => format.encode([OWN.ocsf[0], { class_uid: 4001, time: 1 }])).toThrow(expect.objectContaining({ code: 'FORMAT_REFUSED' }));
  });
});

/** Without nulls and empty objects, which a file does not tell from what is not there; JSON in texts read. */
function said(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(said);
  if (typeof part === 'object' && part !== null) {
    const kept = Object.entries(part)
      .map(
        ([name, value]) =>
          [name, (name === 'unmapped' || name === 'data') && typeof value === 'string' ? (JSON.parse(value) as unknown) : said(value)] as const,
      )
      .filter(([, value]) => value !== null && value !== undefined && !(typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0));
    return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return typeof part === 'string' ? part.toWellFormed() : part;
}

it.each(['none', 'snappy', 'zstd'] as const)('a file packed by %s is read', async (compression) => {
  const [rows] = await queryParquet(parquet({ compression }).encode(OWN.ecs), 'select count(*)::int as n from $file');
  expect(rows).toEqual([{ n: 2 }]);
});

it('a file without documents is one', async () => {
  const [rows] = await queryParquet(format.encode([]), 'select count(*)::int as n from $file');
  expect(rows).toEqual([{ n: 0 }]);
});

it('documents that no sensor would send are rows', { timeout: 60_000 }, async () => {
  const documents = fc.sample(anyDocument, { numRuns: 300, seed: 8 });
  for (const some of Map.groupBy(documents, ({ class_uid }) => class_uid).values()) {
    const [rows] = await queryParquet(format.encode(some), 'select * from $file');
    expect(rows!.length).toBe(some.length);
  }
});
