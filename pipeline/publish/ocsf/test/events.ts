// Events for the tests of documents: real ones, and such as no sensor would send.
import fc from 'fast-check';
import { plainContext, plainEvent } from '../../../../schemas/avro/plain.ts';
import type { Context, Event, Geo } from '../../../../schemas/avro/types.gen.ts';
import { CLASSES } from '../select.ts';

/** Words that the tables ask for, and others; texts of all forms. */
const categories = fc.uniqueArray(fc.constantFrom(...new Set(CLASSES.flatMap(({ when }) => when.flatMap(({ category = [] }) => category))), 'unheard of'), {
  maxLength: 3,
});
const types = fc.uniqueArray(
  fc.constantFrom(
    'start',
    'end',
    'creation',
    'deletion',
    'change',
    'access',
    'info',
    'connection',
    'protocol',
    'denied',
    'allowed',
    'user',
    'group',
    'admin',
    'error',
    'x',
  ),
  { maxLength: 3 },
);
const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '',
    ' ',
    '-',
    '0',
    '203.0.113.9',
    'fe80::1%eth0',
    '2001:db8::9',
    'ada@example.org',
    '00-0D-3A-13-E3-69',
    'C:\\a\\b.exe',
    '/',
    'NOERROR',
    'GET',
    'true',
    '__proto__',
    'toString',
  ),
);
const numbers = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(-1, 0, 53, 65_535, 65_536));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const filled = <T>(fields: { readonly [K in keyof T]-?: fc.Arbitrary<T[K]> }): fc.Arbitrary<T | null> => maybe(fc.record(fields) as unknown as fc.Arbitrary<T>);

const hash = filled<NonNullable<Event['file']>['hash'] & object>({ md5: maybe(texts), sha1: maybe(texts), sha256: maybe(texts), imphash: maybe(texts) });
const user = filled<NonNullable<Event['user']>>({ name: maybe(texts), id: maybe(texts), domain: maybe(texts), email: maybe(texts) });
const end = filled<NonNullable<Event['source']>>({
  ip: maybe(texts),
  port: maybe(numbers),
  domain: maybe(texts),
  mac: maybe(texts),
  bytes: maybe(numbers),
  packets: maybe(numbers),
});
const processFields = {
  name: maybe(texts),
  executable: maybe(texts),
  commandLine: maybe(texts),
  pid: maybe(numbers),
  entityId: maybe(texts),
  workingDirectory: maybe(texts),
};

const NATIVE = [
  'TargetImage',
  'TargetProcessId',
  'TargetProcessGUID',
  'ScriptBlockText',
  'TaskName',
  'ObjectName',
  'ObjectType',
  'ServiceName',
  'PrivilegeList',
  'LogonType',
];
const native = fc
  .oneof(
    fc
      .dictionary(
        fc.constantFrom(...NATIVE),
        fc.oneof(texts, numbers, fc.boolean(), fc.constant(null), fc.array(texts, { maxLength: 2 }), fc.dictionary(texts, texts, { maxKeys: 2 })),
      )
      .map((found) => JSON.stringify(found)),
    fc.json({ maxDepth: 2 }),
    fc.string({ maxLength: 20 }),
  )
  .map((found) => new Uint8Array(Buffer.from(found)));
const ECS = [
  'group.name',
  'group.id',
  'email.from.address',
  'email.to.address',
  'email.direction',
  'package.name',
  'orchestrator.resource.name',
  'service.name',
  'user.full_name',
  'error.code',
  'event.duration',
  'event.start',
  'event.sequence',
  'threat.technique.id',
  'threat.tactic.name',
  'tls.cipher',
  'tls.server.x509.serial_number',
  'http.version',
  'url.port',
  'host.os.full',
  'source.as.number',
  'source.geo.city_name',
  'observer.ip',
  'observer.ingress.interface.name',
  'dns.question.class',
  'not.a.field',
  '__proto__',
  'network.iana_number',
];
const codes = [...new Set(CLASSES.flatMap(({ when }) => when.flatMap(({ code = [] }) => code)))];
const datasets = [...new Set(CLASSES.flatMap(({ when }) => when.flatMap(({ dataset = [] }) => dataset)))];

/** Everything that the schema of events can hold, sense or not. */
export const anyEvent: fc.Arbitrary<Event> = fc
  .record({
    id: texts,
    time: numbers,
    dataset: fc.oneof(texts, fc.constantFrom(...datasets)),
    product: fc.oneof(texts, fc.constantFrom('windows', 'linux')),
    kind: fc.oneof(fc.constantFrom('event', 'alert', 'signal', 'state', 'asset'), texts),
    category: categories,
    type: types,
    outcome: maybe(fc.oneof(fc.constantFrom('success', 'failure', 'unknown'), texts)),
    action: maybe(texts),
    code: maybe(fc.oneof(texts, fc.constantFrom(...codes))),
    provider: maybe(texts),
    severity: maybe(fc.oneof(fc.integer({ min: 0, max: 100 }), numbers)),
    message: maybe(texts),
    observedAt: maybe(numbers),
    host: filled<NonNullable<Event['host']>>({
      name: maybe(texts),
      id: maybe(texts),
      ip: fc.array(texts, { maxLength: 2 }),
      os: maybe(fc.oneof(texts, fc.constantFrom('windows', 'linux'))),
    }),
    user,
    targetUser: user,
    source: end,
    destination: end,
    network: filled<NonNullable<Event['network']>>({
      transport: maybe(texts),
      protocol: maybe(fc.oneof(texts, fc.constant('ssh'))),
      direction: maybe(fc.oneof(texts, fc.constant('ingress'))),
      communityId: maybe(texts),
      bytes: maybe(numbers),
      packets: maybe(numbers),
    }),
    process: filled<NonNullable<Event['process']>>({ ...processFields, hash, parent: filled(processFields) }),
    file: filled<NonNullable<Event['file']>>({ path: maybe(texts), name: maybe(texts), extension: maybe(texts), size: maybe(numbers), hash }),
    registry: filled<NonNullable<Event['registry']>>({ path: maybe(texts), key: maybe(texts), value: maybe(texts), data: maybe(texts) }),
    dns: filled<NonNullable<Event['dns']>>({
      questionName: maybe(texts),
      questionType: maybe(texts),
      responseCode: maybe(texts),
      answers: fc.array(texts, { maxLength: 3 }),
    }),
    http: filled<NonNullable<Event['http']>>({ method: maybe(texts), status: maybe(numbers), userAgent: maybe(texts), referrer: maybe(texts) }),
    url: filled<NonNullable<Event['url']>>({ original: maybe(texts), domain: maybe(texts), path: maybe(texts), query: maybe(texts) }),
    tls: filled<NonNullable<Event['tls']>>({
      serverName: maybe(texts),
      version: maybe(texts),
      ja3: maybe(texts),
      ja3s: maybe(texts),
      ja4: maybe(texts),
      subject: maybe(texts),
      issuer: maybe(texts),
    }),
    rule: filled<NonNullable<Event['rule']>>({ id: maybe(texts), name: maybe(texts), category: maybe(texts), version: maybe(texts) }),
    cloud: filled<NonNullable<Event['cloud']>>({ provider: maybe(texts), accountId: maybe(texts), region: maybe(texts), service: maybe(texts) }),
    ecs: fc.dictionary(fc.constantFrom(...ECS), texts, { maxKeys: 4 }),
    labels: fc.dictionary(texts, texts, { maxKeys: 2 }),
    native,
  })
  .map((fields) => plainEvent(fields as Partial<Event>));

const geo = filled<Geo>({ countryIsoCode: maybe(texts), countryName: maybe(texts), asNumber: maybe(numbers), asOrganization: maybe(texts) });
const asset = filled<NonNullable<Context['hostAsset']>>({ id: texts, name: texts, owner: maybe(texts), criticality: numbers, validFrom: numbers });
const related = fc.array(texts, { maxLength: 2 });
export const anyContext: fc.Arbitrary<Context> = fc
  .record({
    sourceGeo: geo,
    destinationGeo: geo,
    hostAsset: asset,
    sourceAsset: asset,
    destinationAsset: asset,
    sourceZone: maybe(texts),
    destinationZone: maybe(texts),
    relatedIp: related,
    relatedUser: related,
    relatedHosts: related,
    relatedHash: related,
  })
  .map((fields) => ({ ...plainContext(), ...fields }));
