// Documents that are ECS already, nested or with dotted names: https://www.elastic.co/docs/reference/ecs
import type { FileHash } from '../../../schemas/avro/types.gen.ts';
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import {
  canonicalIp,
  count,
  draft,
  endpoint,
  epochMicros,
  file,
  host,
  isObject,
  network,
  number,
  objectOf,
  parentProcess,
  port,
  process,
  readIso,
  stamp,
  stampMicros,
  table,
  text,
  texts,
  user,
} from '../kit.ts';

const decoder: Decoder = {
  name: 'ecs',
  version: 1,
  reads: 'ECS documents of any shipper, nested or dotted',
  recognisedBy: '@timestamp or event with ecs, event.category, event.kind or event.dataset',
  datasets: ['*'],

  /** Never sure: sensors that ship their own document inside ECS are read by their own format. */
  recognise({ json }) {
    if (json === undefined || (json['@timestamp'] === undefined && json.event === undefined)) return 0;
    const event = objectOf(json.event);
    const isEcs =
      isObject(json.ecs) ||
      event.category !== undefined ||
      event.dataset !== undefined ||
      event.kind !== undefined ||
      json['event.category'] !== undefined ||
      json['event.kind'] !== undefined;
    return isEcs ? 0.7 : 0;
  },

  decode(document) {
    return document.json === undefined ? 'not a JSON object' : [eventOf(document, document.json)];
  },
};
export default decoder;

// What ECS allows; the test of ecs-fields compares them with the dictionary. Other values are data of the sender's and stay in the native document.
export const ECS_KINDS: ReadonlySet<string> = new Set(['alert', 'asset', 'enrichment', 'event', 'metric', 'state', 'pipeline_error', 'signal']);
export const ECS_CATEGORIES: ReadonlySet<string> = new Set([
  'api',
  'authentication',
  'configuration',
  'database',
  'driver',
  'email',
  'file',
  'host',
  'iam',
  'intrusion_detection',
  'library',
  'malware',
  'network',
  'package',
  'process',
  'registry',
  'session',
  'threat',
  'vulnerability',
  'web',
]);
export const ECS_TYPES: ReadonlySet<string> = new Set([
  'access',
  'admin',
  'allowed',
  'change',
  'connection',
  'creation',
  'deletion',
  'denied',
  'device',
  'end',
  'error',
  'group',
  'indicator',
  'info',
  'installation',
  'protocol',
  'start',
  'user',
]);

type Field = (name: string) => unknown;
/** Whether there is any field below a name at the top: most documents have few of them. */
type Has = (top: string) => boolean;

function eventOf(document: RawDocument, json: JsonObject): Draft {
  const at: Field = (name) => readerOf(name)(json);
  const t = (name: string): string | null => text(at(name));
  const tops = new Set(Object.keys(json).map((name) => (name.includes('.') ? name.slice(0, name.indexOf('.')) : name)));
  const has: Has = (top) => tops.has(top);
  const event = draft(datasetOf(document, t('event.dataset')), '', document.bytes);
  const time = at('@timestamp');
  if (typeof time === 'number') stampMicros(event, epochMicros(time));
  else stamp(event, readIso(text(time) ?? ''), document.zone);
  const created = readIso(t('event.created') ?? '');
  if (created.hasZone && created.micros >= 0) event.observedAt = created.micros;

  event.id = t('event.id') ?? '';
  const kind = t('event.kind');
  const outcome = t('event.outcome');
  event.kind = kind !== null && ECS_KINDS.has(kind) ? kind : 'event';
  event.category = texts(at('event.category')).filter((value) => ECS_CATEGORIES.has(value));
  event.type = texts(at('event.type')).filter((value) => ECS_TYPES.has(value));
  event.outcome = outcome === 'success' || outcome === 'failure' || outcome === 'unknown' ? outcome : null;
  event.action = t('event.action');
  event.code = t('event.code');
  event.provider = t('event.provider');
  const severity = number(at('event.severity'));
  event.severity = severity !== null && severity >= 0 && severity <= 100 ? Math.round(severity) : null;
  event.message = t('message');
  who(event, at, t, has);
  peers(event, at, t, has);
  things(event, at, t, has);
  source(event, t);
  return event;
}

type Reader = (json: JsonObject) => unknown;
const readers = new Map<string, Reader>();
/** Reads a field by its dotted name: as one key, nested, or partly both. No part of the name is one that objects inherit. */
function readerOf(name: string): Reader {
  let reader = readers.get(name);
  if (reader === undefined) {
    const parts = name.split('.');
    const splits = parts.slice(1).map((_part, index) => ({ head: parts.slice(0, index + 1).join('.'), rest: readerOf(parts.slice(index + 1).join('.')) }));
    reader = (json) => {
      const whole = json[name];
      if (whole !== undefined) return whole;
      for (const { head, rest } of splits) {
        const inner = json[head];
        const found = isObject(inner) ? rest(inner) : undefined;
        if (found !== undefined) return found;
      }
      return undefined;
    };
    readers.set(name, reader);
  }
  return reader;
}

const MAX_DATASETS = 64;
const DATASET = /^[a-z0-9_-]{1,32}(?:\.[a-z0-9_-]{1,32}){0,2}$/;
/** Clocks and state go by dataset, so a sender may name so many and no more. */
function datasetOf({ memory }: RawDocument, named: string | null): string {
  if (named === null || !DATASET.test(named)) return 'ecs.other';
  const known = memory.get();
  const datasets = isObject(known) && Array.isArray(known.datasets) ? (known.datasets as readonly string[]) : [];
  if (datasets.includes(named)) return named;
  if (datasets.length >= MAX_DATASETS) return 'ecs.other';
  memory.put({ datasets: [...datasets, named] });
  return named;
}

type TextField = (name: string) => string | null;

function who(event: Draft, at: Field, t: TextField, has: Has): void {
  if (has('host')) event.host = host(t('host.name') ?? t('host.hostname'), t('host.os.type'), t('host.id'), addresses(at('host.ip')));
  if (!has('user')) return;
  event.user = user(t('user.name'), t('user.domain'), t('user.id'), t('user.email'));
  event.targetUser = user(t('user.target.name'), t('user.target.domain'), t('user.target.id'), t('user.target.email'));
}
const addresses = (value: unknown): readonly string[] =>
  texts(value)
    .map(canonicalIp)
    .filter((ip) => ip !== null);

function peers(event: Draft, at: Field, t: TextField, has: Has): void {
  const end = (name: string) =>
    endpoint(
      canonicalIp(at(`${name}.ip`)),
      port(at(`${name}.port`)),
      t(`${name}.domain`),
      t(`${name}.mac`),
      count(at(`${name}.bytes`)),
      count(at(`${name}.packets`)),
    );
  if (has('source')) event.source = end('source');
  if (has('destination')) event.destination = end('destination');
  if (has('network')) {
    const net = network(
      t('network.transport'),
      t('network.protocol'),
      t('network.direction'),
      t('network.community_id'),
      count(at('network.bytes')),
      count(at('network.packets')),
    );
    if (Object.values(net).some((value) => value !== null)) event.network = net;
  }
  if (has('dns') && t('dns.question.name') !== null) {
    const answers = at('dns.answers');
    event.dns = {
      questionName: t('dns.question.name'),
      questionType: t('dns.question.type'),
      responseCode: t('dns.response_code'),
      answers: Array.isArray(answers) ? answers.flatMap((answer) => texts(objectOf(answer).data)) : [],
    };
  }
  if (has('http') || has('user_agent')) {
    const status = count(at('http.response.status_code'));
    const http = {
      method: t('http.request.method'),
      status: status !== null && status <= 999 ? status : null,
      userAgent: t('user_agent.original'),
      referrer: t('http.request.referrer'),
    };
    if (Object.values(http).some((value) => value !== null)) event.http = http;
  }
  if (has('url')) {
    const url = { original: t('url.original') ?? t('url.full'), domain: t('url.domain'), path: t('url.path'), query: t('url.query') };
    if (Object.values(url).some((value) => value !== null)) event.url = url;
  }
  if (!has('tls')) return;
  const tls = {
    serverName: t('tls.client.server_name'),
    version: t('tls.version'),
    ja3: t('tls.client.ja3'),
    ja3s: t('tls.server.ja3s'),
    ja4: t('tls.client.ja4'),
    subject: t('tls.server.subject'),
    issuer: t('tls.server.issuer'),
  };
  if (Object.values(tls).some((value) => value !== null)) event.tls = tls;
}

function hashes(t: TextField, prefix: string): FileHash | null {
  const found = { md5: t(`${prefix}.hash.md5`), sha1: t(`${prefix}.hash.sha1`), sha256: t(`${prefix}.hash.sha256`), imphash: t(`${prefix}.pe.imphash`) };
  return Object.values(found).some((value) => value !== null) ? found : null;
}

function things(event: Draft, at: Field, t: TextField, has: Has): void {
  if (has('process')) event.process = processOf(at, t);
  if (has('file')) event.file = file(t('file.path') ?? t('file.name'), hashes(t, 'file'), count(at('file.size')));
  if (has('registry')) {
    const path = t('registry.path') ?? t('registry.key');
    if (path !== null) event.registry = { path, key: t('registry.key'), value: t('registry.value'), data: texts(at('registry.data.strings'))[0] ?? null };
  }
  if (has('rule')) {
    const rule = { id: t('rule.id'), name: t('rule.name'), category: t('rule.category'), version: t('rule.version') };
    if (Object.values(rule).some((value) => value !== null)) event.rule = rule;
  }
  if (!has('cloud')) return;
  const cloud = { provider: t('cloud.provider'), accountId: t('cloud.account.id'), region: t('cloud.region'), service: t('cloud.service.name') };
  if (Object.values(cloud).some((value) => value !== null)) event.cloud = cloud;
}

function processOf(at: Field, t: TextField): Draft['process'] {
  const parent = parentProcess(
    t('process.parent.executable'),
    count(at('process.parent.pid')),
    t('process.parent.command_line'),
    t('process.parent.entity_id'),
  );
  const found = process(
    t('process.executable'),
    count(at('process.pid')),
    t('process.command_line'),
    t('process.entity_id'),
    t('process.working_directory'),
    hashes(t, 'process'),
    parent,
  );
  const name = t('process.name');
  return name === null
    ? found
    : { ...(found ?? { executable: null, commandLine: null, pid: null, entityId: null, workingDirectory: null, hash: null, parent }), name };
}

/** What ECS calls `category/type`, in Sigma's words. */
const CATEGORIES = table({
  'process/start': 'process_creation',
  'process/end': 'process_termination',
  'network/connection': 'network_connection',
  'file/creation': 'file_event',
  'file/change': 'file_change',
  'file/deletion': 'file_delete',
  'driver/start': 'driver_load',
  'library/start': 'image_load',
});
function source(event: Draft, t: TextField): void {
  const os = t('host.os.type')?.toLowerCase() ?? null;
  event.product = os === 'windows' || os === 'linux' || os === 'macos' ? os : (t('observer.product')?.toLowerCase() ?? '');
  const category = event.category.flatMap((one) => event.type.map((type) => CATEGORIES.get(`${one}/${type}`)).filter((found) => found !== undefined));
  event.logsource = { category, service: [] };
}
