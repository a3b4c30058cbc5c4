// What runtimes put around the output of containers: Docker's json-file, the lines of CRI runtimes (containerd, CRI-O).
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import { draft, isObject, LIKELY, mapping, messageText, objectOf, readIso, setField, stamp, SURE, text, textNative } from '../kit.ts';

const set = mapping({
  '@timestamp': 'time',
  'container.id': ['container_id', 'kubernetes.docker_id', 'kubernetes.container_id', 'docker.container_id'],
  'container.name': ['container_name', 'kubernetes.container_name', 'kubernetes.container.name'],
  'container.image.name': ['kubernetes.container_image', 'container_image'],
  'orchestrator.namespace': ['kubernetes.namespace_name', 'kubernetes.namespace'],
  'orchestrator.resource.name': ['kubernetes.pod_name', 'kubernetes.pod.name'],
  'orchestrator.resource.id': ['kubernetes.pod_id', 'kubernetes.pod.uid'],
  'host.name': ['kubernetes.host', 'kubernetes.node.name'],
});

/** `2024-05-01T10:00:00.123456789Z stdout F text`: F ends a line, P is a part of one. */
const CRI = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP](?::[FP])*) ?/;

const decoder: Decoder = {
  name: 'container-logs',
  version: 1,
  reads: 'Output of containers as runtimes keep it: Docker json-file (also with what Fluent Bit adds of Kubernetes), lines of containerd and CRI-O',
  recognisedBy: '`log`, `stream` and `time`; a time, stdout or stderr, and F or P',
  datasets: ['container.log'],
  clues: { members: ['log'], holds: [' stdout ', ' stderr '] },
  recognise({ json, text: raw }) {
    if (json === undefined) return CRI.test(raw.slice(0, 64)) ? SURE : 0; // what is left when its time is taken for a syslog header is not asked about
    return typeof json.log === 'string' && (json.stream === 'stdout' || json.stream === 'stderr') ? LIKELY : 0;
  },
  decode(document) {
    if (document.json !== undefined) return typeof document.json.log === 'string' ? [ofJson(document, document.json)] : 'no output of a container';
    const head = CRI.exec(document.text.slice(0, 64));
    if (head === null) return 'no line of a container runtime';
    const [all, time, stream, tag] = head;
    const log = document.text.slice(all.length);
    const event = eventOf(textNative(document, { time, stream, tag, log }), log, stream!);
    stamp(event, readIso(time!), document.zone);
    if (tag!.startsWith('P')) event.labels = { ...event.labels, partial: 'true' };
    return [event];
  },
};
export default decoder;

function ofJson(document: RawDocument, json: JsonObject): Draft {
  const event = eventOf(document.bytes, text(json.log) ?? '', text(json.stream) ?? '');
  set(event, json, document);
  if (isObject(json.kubernetes)) {
    setField(event, 'orchestrator.type', 'kubernetes');
    setField(event, 'orchestrator.resource.type', 'pod');
  }
  const attributes = objectOf(json.attrs);
  if (attributes.tag !== undefined) setField(event, 'container.name', text(attributes.tag));
  return event;
}

function eventOf(native: Uint8Array, log: string, stream: string): Draft {
  const event = draft('container.log', '', native);
  event.provider = stream;
  event.message = messageText(log) || null;
  // What programs log as JSON says its level itself.
  const inner = log.charCodeAt(0) === 123 ? parsed(log) : undefined;
  if (inner !== undefined) {
    setField(event, 'log.level', text(inner.level) ?? text(inner.severity) ?? text(inner.lvl));
    const message = text(inner.msg) ?? text(inner.message);
    if (message !== null) event.message = messageText(message);
  }
  return event;
}
function parsed(log: string): JsonObject | undefined {
  if (log.length > 65_536) return undefined;
  try {
    const value: unknown = JSON.parse(log);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
