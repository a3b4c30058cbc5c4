import type { Micros } from '../../pipeline/core/index.ts';
import { SELECT_EVENT } from './events.ts';
import type { EventRow } from './events.ts';
import { manyOf } from './sql.ts';
import type { Sql } from './sql.ts';

/** Shape of `evidence.event`: the row of the event as jsonb, without the native document. */
const RECORD = `event_time timestamptz, id bytea, dataset text, sensor text, product text, kind text, category text[], type text[], outcome text, action text, code text, provider text,
  severity smallint, message text, host_name text, user_name text, target_user_name text, source_ip inet, source_port integer, destination_ip inet, destination_port integer,
  process_name text, process_executable text, process_command_line text, file_path text, dns_question text, url_domain text, rule_name text, raw_topic text, raw_partition integer,
  raw_offset bigint, appended_at timestamptz, parser text, parser_version integer, detail jsonb, stored_at timestamptz`;

/** Copies of events that alerts hold on to, for events that are not stored any more. One per id, in any order. */
export function evidenceOf(sql: Sql, ids: readonly { readonly time: Micros; readonly id: string }[]): Promise<readonly EventRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return manyOf(
    sql,
    `SELECT DISTINCT ON (e.event_time, e.id) ${SELECT_EVENT}
    FROM unnest($1::bigint[], $2::text[]) AS wanted (micros, hex)
    JOIN api.evidence v ON v.event_time = api.from_micros(wanted.micros) AND v.event_id = decode(wanted.hex, 'hex')
    CROSS JOIN LATERAL (SELECT r.*, v.native FROM jsonb_to_record(v.event) AS r (${RECORD})) e ORDER BY e.event_time, e.id`,
    [ids.map(({ time }) => time), ids.map(({ id }) => id)],
  );
}
