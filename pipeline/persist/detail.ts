// The `detail` column: one flat JSON object, ECS name to value, of what has no column of its own.
import type { AssetContext, Context, Enriched, Event, Geo, Process, ParentProcess, ProcessHash } from '../../schemas/avro/types.gen.ts';
import type { CopyRows } from '../../store/copy.ts';

/**
 * The `ecs` map comes first: jsonb keeps the last of two equal names, and that must be the typed field.
 * @param sourceAddress Set when `source.ip` is no address that a column can hold; kept as `source.address`. Likewise the destination's.
 */
export function writeDetail(rows: CopyRows, { event, context }: Enriched, sourceAddress: string | null, destinationAddress: string | null): void {
  rows.beginJson();
  rows.jsonRaw('{"goshawk.content_hash":');
  rows.jsonString(event.contentHash);
  for (const name in event.ecs) {
    rows.jsonRaw(',');
    rows.jsonString(name);
    rows.jsonRaw(':');
    rows.jsonString(event.ecs[name] as string);
  }
  writeOrigin(rows, event);
  writeParties(rows, event, sourceAddress, destinationAddress);
  writeActivity(rows, event);
  writeContext(rows, context);
  rows.jsonRaw(',"labels":');
  writeMap(rows, event.labels);
  rows.jsonRaw('}');
  rows.endJson();
}

function writeOrigin(rows: CopyRows, event: Event): void {
  text(rows, ',"goshawk.id_source":', event.idSource);
  text(rows, ',"goshawk.time_source":', event.timeSource);
  if (event.provenance.index !== 0) number(rows, ',"goshawk.index":', event.provenance.index);
  list(rows, ',"goshawk.logsource.category":', event.logsource.category);
  list(rows, ',"goshawk.logsource.service":', event.logsource.service);
  if (event.observedAt !== null) text(rows, ',"event.created":', iso(event.observedAt));
}

function writeParties(rows: CopyRows, event: Event, sourceAddress: string | null, destinationAddress: string | null): void {
  const { host, user, targetUser, source, destination, network } = event;
  if (host !== null) {
    text(rows, ',"host.id":', host.id);
    list(rows, ',"host.ip":', host.ip);
    text(rows, ',"host.os.type":', host.os);
  }
  if (user !== null) {
    text(rows, ',"user.id":', user.id);
    text(rows, ',"user.domain":', user.domain);
    text(rows, ',"user.email":', user.email);
  }
  if (targetUser !== null) {
    text(rows, ',"user.target.id":', targetUser.id);
    text(rows, ',"user.target.domain":', targetUser.domain);
    text(rows, ',"user.target.email":', targetUser.email);
  }
  if (source !== null) {
    text(rows, ',"source.address":', sourceAddress);
    text(rows, ',"source.domain":', source.domain);
    text(rows, ',"source.mac":', source.mac);
    number(rows, ',"source.bytes":', source.bytes);
    number(rows, ',"source.packets":', source.packets);
  }
  if (destination !== null) {
    text(rows, ',"destination.address":', destinationAddress);
    text(rows, ',"destination.domain":', destination.domain);
    text(rows, ',"destination.mac":', destination.mac);
    number(rows, ',"destination.bytes":', destination.bytes);
    number(rows, ',"destination.packets":', destination.packets);
  }
  if (network !== null) {
    text(rows, ',"network.transport":', network.transport);
    text(rows, ',"network.protocol":', network.protocol);
    text(rows, ',"network.direction":', network.direction);
    text(rows, ',"network.community_id":', network.communityId);
    number(rows, ',"network.bytes":', network.bytes);
    number(rows, ',"network.packets":', network.packets);
  }
}

function writeActivity(rows: CopyRows, event: Event): void {
  const { process, file, registry, dns, http, url, tls, rule, cloud } = event;
  if (process !== null) writeProcess(rows, process);
  if (file !== null) {
    text(rows, ',"file.name":', file.name);
    text(rows, ',"file.extension":', file.extension);
    number(rows, ',"file.size":', file.size);
    if (file.hash !== null) writeHash(rows, ',"file.', file.hash);
  }
  if (registry !== null) {
    text(rows, ',"registry.path":', registry.path);
    text(rows, ',"registry.key":', registry.key);
    text(rows, ',"registry.value":', registry.value);
    text(rows, ',"registry.data.strings":', registry.data);
  }
  if (dns !== null) {
    text(rows, ',"dns.question.type":', dns.questionType);
    text(rows, ',"dns.response_code":', dns.responseCode);
    list(rows, ',"dns.answers.data":', dns.answers);
  }
  if (http !== null) {
    text(rows, ',"http.request.method":', http.method);
    number(rows, ',"http.response.status_code":', http.status);
    text(rows, ',"user_agent.original":', http.userAgent);
    text(rows, ',"http.request.referrer":', http.referrer);
  }
  if (url !== null) {
    text(rows, ',"url.original":', url.original);
    text(rows, ',"url.path":', url.path);
    text(rows, ',"url.query":', url.query);
  }
  if (tls !== null) {
    text(rows, ',"tls.client.server_name":', tls.serverName);
    text(rows, ',"tls.version":', tls.version);
    text(rows, ',"tls.client.ja3":', tls.ja3);
    text(rows, ',"tls.server.ja3s":', tls.ja3s);
    text(rows, ',"tls.client.ja4":', tls.ja4);
    text(rows, ',"tls.server.subject":', tls.subject);
    text(rows, ',"tls.server.issuer":', tls.issuer);
  }
  if (rule !== null) {
    text(rows, ',"rule.id":', rule.id);
    text(rows, ',"rule.category":', rule.category);
    text(rows, ',"rule.version":', rule.version);
  }
  if (cloud !== null) {
    text(rows, ',"cloud.provider":', cloud.provider);
    text(rows, ',"cloud.account.id":', cloud.accountId);
    text(rows, ',"cloud.region":', cloud.region);
    text(rows, ',"cloud.service.name":', cloud.service);
  }
}

function writeProcess(rows: CopyRows, process: Process): void {
  number(rows, ',"process.pid":', process.pid);
  text(rows, ',"process.entity_id":', process.entityId);
  text(rows, ',"process.working_directory":', process.workingDirectory);
  if (process.hash !== null) writeHash(rows, ',"process.', process.hash);
  if (process.parent !== null) writeParent(rows, process.parent);
}

function writeParent(rows: CopyRows, parent: ParentProcess): void {
  text(rows, ',"process.parent.name":', parent.name);
  text(rows, ',"process.parent.executable":', parent.executable);
  text(rows, ',"process.parent.command_line":', parent.commandLine);
  number(rows, ',"process.parent.pid":', parent.pid);
  text(rows, ',"process.parent.entity_id":', parent.entityId);
  text(rows, ',"process.parent.working_directory":', parent.workingDirectory);
}

/** `process.hash.md5`, `file.pe.imphash`, as ECS places them. Both kinds of hash have the same fields. */
function writeHash(rows: CopyRows, prefix: string, hash: ProcessHash): void {
  if (hash.md5 !== null) text(rows, `${prefix}hash.md5":`, hash.md5);
  if (hash.sha1 !== null) text(rows, `${prefix}hash.sha1":`, hash.sha1);
  if (hash.sha256 !== null) text(rows, `${prefix}hash.sha256":`, hash.sha256);
  if (hash.imphash !== null) text(rows, `${prefix}pe.imphash":`, hash.imphash);
}

function writeContext(rows: CopyRows, context: Context): void {
  if (context.sourceGeo !== null) writeGeo(rows, ',"source.', context.sourceGeo);
  if (context.destinationGeo !== null) writeGeo(rows, ',"destination.', context.destinationGeo);
  if (context.hostAsset !== null) writeAsset(rows, ',"goshawk.host.asset.', context.hostAsset);
  if (context.sourceAsset !== null) writeAsset(rows, ',"goshawk.source.asset.', context.sourceAsset);
  if (context.destinationAsset !== null) writeAsset(rows, ',"goshawk.destination.asset.', context.destinationAsset);
  text(rows, ',"goshawk.source.zone":', context.sourceZone);
  text(rows, ',"goshawk.destination.zone":', context.destinationZone);
  list(rows, ',"related.ip":', context.relatedIp);
  list(rows, ',"related.user":', context.relatedUser);
  list(rows, ',"related.hosts":', context.relatedHosts);
  list(rows, ',"related.hash":', context.relatedHash);
  rows.jsonRaw(',"goshawk.context":');
  writeMap(rows, context.versions);
}

function writeGeo(rows: CopyRows, prefix: string, geo: Geo): void {
  text(rows, `${prefix}geo.country_iso_code":`, geo.countryIsoCode);
  text(rows, `${prefix}geo.country_name":`, geo.countryName);
  number(rows, `${prefix}as.number":`, geo.asNumber);
  text(rows, `${prefix}as.organization.name":`, geo.asOrganization);
}

function writeAsset(rows: CopyRows, prefix: string, asset: AssetContext): void {
  text(rows, `${prefix}id":`, asset.id);
  text(rows, `${prefix}name":`, asset.name);
  text(rows, `${prefix}owner":`, asset.owner);
  number(rows, `${prefix}criticality":`, asset.criticality);
  number(rows, `${prefix}valid_from":`, asset.validFrom);
}

/** `name` is the comma, the quoted name and the colon. */
function text(rows: CopyRows, name: string, value: string | null): void {
  if (value === null) return;
  rows.jsonRaw(name);
  rows.jsonString(value);
}

function number(rows: CopyRows, name: string, value: number | null): void {
  if (value === null) return;
  rows.jsonRaw(name);
  rows.jsonRaw(String(value));
}

function list(rows: CopyRows, name: string, values: readonly string[]): void {
  if (values.length === 0) return;
  rows.jsonRaw(name);
  rows.jsonRaw('[');
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) rows.jsonRaw(',');
    rows.jsonString(values[i] as string);
  }
  rows.jsonRaw(']');
}

function writeMap(rows: CopyRows, map: Readonly<Record<string, string>>): void {
  let separator = '{';
  for (const name in map) {
    rows.jsonRaw(separator);
    rows.jsonString(name);
    rows.jsonRaw(':');
    rows.jsonString(map[name] as string);
    separator = ',';
  }
  rows.jsonRaw(separator === '{' ? '{}' : '}');
}

let lastSecond = Number.NaN;
let lastPrefix = '';
/** ISO 8601 with microseconds. Events of one second come together: the text up to it is kept. */
function iso(micros: number): string {
  const second = Math.floor(micros / 1_000_000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastPrefix = new Date(second * 1000).toISOString().slice(0, 20);
  }
  return `${lastPrefix}${String(micros - second * 1_000_000).padStart(6, '0')}Z`;
}
