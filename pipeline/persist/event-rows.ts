import type { Enriched } from '../../schemas/avro/types.gen.ts';
import type { CopyRows } from '../../store/copy.ts';
import { TermList } from '../../store/queries/search/terms.ts';
import { writeDetail } from './detail.ts';

/** In the order in which `writeEvent` writes them. */
export const EVENT_COLUMNS = [
  'event_time',
  'id',
  'organization',
  'dataset',
  'sensor',
  'product',
  'kind',
  'category',
  'type',
  'outcome',
  'action',
  'code',
  'provider',
  'severity',
  'message',
  'host_name',
  'user_name',
  'target_user_name',
  'source_ip',
  'source_port',
  'destination_ip',
  'destination_port',
  'process_name',
  'process_executable',
  'process_command_line',
  'file_path',
  'dns_question',
  'url_domain',
  'rule_name',
  'raw_topic',
  'raw_partition',
  'raw_offset',
  'appended_at',
  'parser',
  'parser_version',
  'detail',
  'terms',
  'native',
] as const;

const terms = new TermList();
/** Before this of every detail stands the hash of the content, which nobody looks for and no two events share. */
const HASH_CHARACTERS = '{"goshawk.content_hash":""'.length;

/** @throws RecordError INVALID_EVENT for a value that its column cannot hold */
export function writeEvent(rows: CopyRows, enriched: Enriched): void {
  const { event } = enriched;
  const { source, destination, process, provenance } = event;
  rows.time(event.time);
  rows.hex(event.id);
  rows.text(event.organization);
  rows.text(event.dataset);
  rows.text(event.sensor);
  rows.text(event.product);
  rows.text(event.kind);
  rows.textArray(event.category);
  rows.textArray(event.type);
  rows.text(event.outcome);
  rows.text(event.action);
  rows.text(event.code);
  rows.text(event.provider);
  rows.int2(event.severity);
  rows.text(event.message);
  rows.text(event.host?.name);
  rows.text(event.user?.name);
  rows.text(event.targetUser?.name);
  const isSourceStored = rows.inet(source?.ip);
  rows.int4(source?.port);
  const isDestinationStored = rows.inet(destination?.ip);
  rows.int4(destination?.port);
  rows.text(process?.name);
  rows.text(process?.executable);
  rows.text(process?.commandLine);
  rows.text(event.file?.path);
  rows.text(event.dns?.questionName);
  rows.text(event.url?.domain);
  rows.text(event.rule?.name);
  rows.text(provenance.topic);
  rows.int4(provenance.partition);
  rows.int8(provenance.offset);
  rows.time(provenance.appendedAt);
  rows.text(provenance.parser);
  rows.int4(provenance.parserVersion);
  writeDetail(rows, enriched, isSourceStored ? null : (source?.ip ?? null), isDestinationStored ? null : (destination?.ip ?? null));
  rows.int4Array(termsOf(enriched, rows.lastJson()));
  rows.utf8(event.native);
}

/** What a search finds the event by, beside time: see store/queries/search/index-clauses.ts. */
function termsOf({ event, context }: Enriched, detail: Buffer): readonly number[] | null {
  terms.begin(event.organization);
  terms.addJson(event.native);
  terms.addJson(detail, HASH_CHARACTERS + event.contentHash.length);
  for (const value of [event.dataset, event.sensor, event.action, event.code, event.provider, event.host?.name, event.user?.name, event.targetUser?.name])
    terms.addText(value);
  for (const value of [event.process?.name, event.process?.executable, event.file?.path, event.dns?.questionName, event.url?.domain, event.rule?.name])
    terms.addText(value);
  terms.addAddress(event.source?.ip);
  terms.addAddress(event.destination?.ip);
  for (const host of context.relatedHosts) terms.addName(host);
  terms.addName(event.dns?.questionName);
  terms.addName(event.url?.domain);
  terms.addHostOf(event.url?.original);
  return terms.values();
}
