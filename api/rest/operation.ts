// What every operation of the description has beside its schemas: a name for generated clients, a group, and whom it answers.
import type { Access } from '../gate/permissions.ts';

/** Groups of operations, in the order in which /docs shows them. */
export const TAGS: Readonly<Record<string, string>> = {
  events: 'Sending events, asking for them, and what people said of them.',
  alerts: 'What asks for attention, and the work on it.',
  searches: 'Searches that are kept.',
  exports: 'Events, findings and alerts as CSV, NDJSON or Parquet.',
  hunts: 'Looking for something in all that is stored.',
  fields: 'Which fields events have.',
  rules: 'Rules of detection, and exceptions from them.',
  assets: 'Hosts as the organization knows them.',
  zones: 'Networks as the organization knows them.',
  sensors: 'Who sends, and with which credential.',
  inputs: 'Sending in the terms of Splunk, Elasticsearch and OpenTelemetry.',
  subscriptions: 'What is published to sink topics.',
  connectors: 'For workers of connectors.',
  'dead letters': 'Records that were refused, and sending them again.',
  status: 'How the installation does.',
  quotas: 'What an organization may have in a day.',
  audit: 'Who did what.',
  auth: "Signing in, and one's own account.",
  access: 'Users, service accounts, roles and organizations.',
};

/** `GET /v2/events/{id}/history` is `getEventsByIdHistory`: an operation keeps its name as long as its address. */
export function operationIdOf(method: string, path: string): string {
  const words = path
    .replace(/^\/v2\//, '/')
    .split('/')
    .flatMap((part) => (part.startsWith('{') ? ['by', part.slice(1, -1)] : part.split(/[^A-Za-z0-9]+/)))
    .filter((word) => word !== '');
  return [method.toLowerCase(), ...words.map((word) => word[0]!.toUpperCase() + word.slice(1))].join('');
}

/** The gate lets them through: what belongs to each protocol is judged by its routes. */
export const isOfSensors = (access: Access | undefined, method: string, tags: readonly string[] = []): boolean =>
  access === 'public' && method !== 'GET' && tags.includes('inputs');

/** Undefined where the document says nothing of access. */
export function accessText(access: Access | undefined): string | undefined {
  switch (access) {
    case undefined:
      return undefined;
    case 'public':
      return 'Needs no token.';
    case 'loopback':
      return 'Needs a token that may read the pipeline, but from this machine.';
    case 'token':
      return 'Any valid token.';
    default:
      return `Needs the permission \`${access}\`.`;
  }
}

interface Document {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

/** With a name for each operation, and without schemas that nothing names: the converter of zod writes each twice, as it is sent and as it is answered. */
export function completed<D extends Document>(document: D): D {
  const { paths = {}, components } = document;
  const operationsOf = (path: string, methods: object): object =>
    Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, { operationId: operationIdOf(method, path), ...(operation as object) }]));
  const text = JSON.stringify(document);
  const schemas = Object.entries(components?.schemas ?? {}).filter(([name]) => text.includes(`"#/components/schemas/${name}"`));
  return {
    ...document,
    paths: Object.fromEntries(Object.entries(paths).map(([path, methods = {}]) => [path, operationsOf(path, methods)])),
    components: { ...components, schemas: Object.fromEntries(schemas) },
  };
}
