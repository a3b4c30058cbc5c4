// OpenTelemetry logs as JSON: https://opentelemetry.io/docs/specs/otel/logs/data-model/ and the JSON encoding of OTLP. A document holds log
// records below their resource and scope; each becomes an event whose native document says resource and scope again.
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import {
  CERTAIN,
  draft,
  elementRanges,
  exactJson,
  GROWS,
  growsTooMuch,
  isObject,
  mapping,
  memberRange,
  messageText,
  objectOf,
  setField,
  setUrl,
  stampMicros,
  text,
  texts,
  via,
} from '../kit.ts';
import { attributesOf, nanosMicros, plainValue } from './values.ts';

const set = mapping({
  'service.name': 'service.name',
  'service.version': 'service.version',
  'service.node.name': 'service.instance.id',
  'service.environment': ['deployment.environment.name', 'deployment.environment'],
  'host.name': 'host.name',
  'host.id': 'host.id',
  'host.ip': via('host.ip', (value) => texts(value)),
  'host.os.type': via('os.type', (value) => ({ darwin: 'macos' })[String(value)] ?? value),
  'process.pid': 'process.pid',
  'process.executable': ['process.executable.path', 'process.executable.name'],
  'process.command_line': 'process.command_line',
  'process.parent.pid': 'process.parent_pid',
  'process.user.name': 'process.owner',
  'process.thread.id': 'thread.id',
  'process.thread.name': 'thread.name',
  'container.id': 'container.id',
  'container.name': 'container.name',
  'container.image.name': 'container.image.name',
  'container.image.tag': via('container.image.tags', (value) => texts(value)),
  'orchestrator.namespace': 'k8s.namespace.name',
  'orchestrator.cluster.name': 'k8s.cluster.name',
  'orchestrator.resource.name': ['k8s.pod.name', 'k8s.deployment.name', 'k8s.node.name'],
  'orchestrator.resource.id': 'k8s.pod.uid',
  'orchestrator.type': via(['k8s.pod.name', 'k8s.namespace.name', 'k8s.cluster.name'], () => 'kubernetes'),
  'cloud.provider': 'cloud.provider',
  'cloud.account.id': 'cloud.account.id',
  'cloud.region': 'cloud.region',
  'cloud.availability_zone': 'cloud.availability_zone',
  'cloud.instance.id': via('host.id', (value, fields) => (fields['cloud.provider'] === undefined ? null : value)),
  'user.id': ['user.id', 'enduser.id'],
  'user.name': 'user.name',
  'user.email': 'user.email',
  'source.ip': ['client.address', 'source.address', 'net.peer.ip', 'network.peer.address'],
  'source.port': ['client.port', 'source.port'],
  'destination.ip': ['destination.address', 'server.address'],
  'destination.domain': 'server.address',
  'destination.port': ['destination.port', 'server.port'],
  'network.transport': ['network.transport', 'net.transport'],
  'network.protocol': 'network.protocol.name',
  'http.request.method': ['http.request.method', 'http.method'],
  'http.response.status_code': ['http.response.status_code', 'http.status_code'],
  'user_agent.original': ['user_agent.original', 'http.user_agent'],
  'log.file.path': 'log.file.path',
  'log.origin.file.name': ['code.file.path', 'code.filepath'],
  'log.origin.file.line': ['code.line.number', 'code.lineno'],
  'log.origin.function': ['code.function.name', 'code.function'],
  'error.type': ['exception.type', 'error.type'],
  'error.message': 'exception.message',
  'error.stack_trace': 'exception.stacktrace',
});

interface Located {
  readonly record: JsonObject;
  readonly resource: JsonObject;
  readonly scope: JsonObject;
}

const decoder: Decoder = {
  name: 'otlp-logs',
  version: 1,
  reads: 'OpenTelemetry logs: what the OTLP inputs write, and OTLP JSON of collectors (one event a log record)',
  recognisedBy: 'resourceLogs with scopeLogs; logRecord with resource',
  datasets: ['otlp.log'],
  clues: { members: ['resourceLogs', 'logRecord'] },
  recognise: ({ json }) =>
    (Array.isArray(json?.resourceLogs) && json.resourceLogs.every(isObject)) || (isObject(json?.logRecord) && isObject(json.resource)) ? CERTAIN : 0,
  decode(document) {
    if (document.json === undefined) return 'not a JSON object';
    const found = recordsOf(exactJson(document));
    if (found.length === 0) return 'no log record';
    if (found.length === 1) return [eventOf(document, found[0]!, document.bytes)];
    if (growsTooMuch(sharedChars(found))) return GROWS;
    const raw = recordTexts(document.text);
    return found.map((one, index) => eventOf(document, one, Buffer.from(JSON.stringify({ ...wrapped(one), raw: raw[index] }))));
  },
};
export default decoder;

const listOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly unknown[]).map(objectOf) : []);

function recordsOf(json: JsonObject): readonly Located[] {
  if (!Array.isArray(json.resourceLogs)) return [{ record: objectOf(json.logRecord), resource: objectOf(json.resource), scope: objectOf(json.scope) }];
  return listOf(json.resourceLogs).flatMap(({ resource, scopeLogs, instrumentationLibraryLogs }) =>
    listOf(scopeLogs ?? instrumentationLibraryLogs).flatMap(({ scope, logRecords }) =>
      listOf(logRecords).map((record) => ({ record, resource: objectOf(resource), scope: objectOf(scope) })),
    ),
  );
}

/** What the events' documents have in all of resources and scopes. */
function sharedChars(found: readonly Located[]): number {
  const sizes = new Map<JsonObject, number>();
  const sizeOf = (shared: JsonObject): number => {
    const size = sizes.get(shared) ?? JSON.stringify(shared).length;
    sizes.set(shared, size);
    return size;
  };
  return found.reduce((sum, { resource, scope }) => sum + sizeOf(resource) + sizeOf(scope), 0);
}

/** The log records as they came, in the same order. */
function recordTexts(text: string): readonly string[] {
  const within = (from: number, name: string): readonly { readonly from: number; readonly to: number }[] => {
    const member = memberRange(text, name, from);
    return member === undefined || text[member.from] !== '[' ? [] : elementRanges(text, member.from);
  };
  return within(0, 'resourceLogs')
    .flatMap(({ from }) => [...within(from, 'scopeLogs'), ...within(from, 'instrumentationLibraryLogs')])
    .flatMap(({ from }) => within(from, 'logRecords'))
    .map(({ from, to }) => text.slice(from, to));
}

/** The record as a document of its own, in the same encoding. */
const wrapped = ({ record, resource, scope }: Located): JsonObject => ({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] });

/** Ranges of the severity number: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const LEVELS: readonly (readonly [from: number, name: string, severity: number])[] = [
  [21, 'fatal', 90],
  [17, 'error', 60],
  [13, 'warn', 40],
  [9, 'info', 10],
  [5, 'debug', 5],
  [1, 'trace', 0],
];

function eventOf(document: RawDocument, { record, resource, scope }: Located, native: Uint8Array): Draft {
  const event = draft('otlp.log', '', native);
  const fields = { ...attributesOf(resource.attributes), ...attributesOf(record.attributes) };
  const at = nanosMicros(record.timeUnixNano);
  const observed = nanosMicros(record.observedTimeUnixNano);
  stampMicros(event, Number.isNaN(at) ? observed : at);
  if (!Number.isNaN(observed)) event.observedAt = observed;
  set(event, fields, document);
  setUrl(event, text(fields['url.full']) ?? text(fields['http.url']) ?? text(fields['url.path']));
  event.provider = text(scope.name);
  event.action = text(record.eventName) ?? text(fields['event.name']);
  const number = Number(record.severityNumber ?? 0);
  const level = LEVELS.find(([from]) => number >= from);
  event.severity = level?.[2] ?? null;
  setField(event, 'log.level', text(record.severityText)?.toLowerCase() ?? level?.[1]);
  setField(event, 'log.logger', text(scope.name));
  setField(event, 'trace.id', hexId(record.traceId));
  setField(event, 'span.id', hexId(record.spanId));
  const body = plainValue(record.body);
  const said =
    typeof body === 'string'
      ? body
      : isObject(body)
        ? (text(body.message) ?? text(body.msg) ?? JSON.stringify(body))
        : body === undefined
          ? null
          : JSON.stringify(body);
  event.message = said === null ? (event.action ?? null) : messageText(said) || null;
  return event;
}
/** All zeros means none. */
const hexId = (value: unknown): string | null => (typeof value === 'string' && !/^0*$/.test(value) ? value.toLowerCase() : null);
