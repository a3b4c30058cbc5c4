// An event from the topic in the shape of its stored row. Persist writes the same: a test loads what it writes and compares.
import { addressOf, DETAIL, nativeText } from '../../domains/search/enriched.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';
import type { EventRow } from '../../store/queries/events.ts';

export function rowOf(enriched: Enriched): EventRow {
  const { event } = enriched;
  const { source, destination, process, provenance } = event;
  return {
    time: event.time,
    id: event.id,
    dataset: event.dataset,
    sensor: event.sensor,
    product: event.product,
    kind: event.kind,
    category: event.category,
    type: event.type,
    outcome: event.outcome,
    action: event.action,
    code: event.code,
    provider: event.provider,
    severity: event.severity,
    message: event.message,
    hostName: event.host?.name ?? null,
    userName: event.user?.name ?? null,
    targetUserName: event.targetUser?.name ?? null,
    sourceIp: addressOf(source?.ip),
    sourcePort: source?.port ?? null,
    destinationIp: addressOf(destination?.ip),
    destinationPort: destination?.port ?? null,
    processName: process?.name ?? null,
    processExecutable: process?.executable ?? null,
    processCommandLine: process?.commandLine ?? null,
    filePath: event.file?.path ?? null,
    dnsQuestion: event.dns?.questionName ?? null,
    urlDomain: event.url?.domain ?? null,
    ruleName: event.rule?.name ?? null,
    rawTopic: provenance.topic,
    rawPartition: provenance.partition,
    rawOffset: provenance.offset,
    appendedAt: provenance.appendedAt,
    parser: provenance.parser,
    parserVersion: provenance.parserVersion,
    detail: detailOf(enriched),
    native: nativeText(event),
    storedAt: null,
  };
}

function detailOf(enriched: Enriched): Record<string, unknown> {
  const detail: Record<string, unknown> = { ...enriched.event.ecs };
  for (const [name, read] of DETAIL) {
    const value = read(enriched);
    if (value !== undefined) detail[name] = value;
  }
  return detail;
}
