import type { SensorAccess } from '../gql/graphql.ts';

/** What each kind of credential is, and which inputs check it. */
export const KINDS: readonly { readonly access: SensorAccess; readonly about: string; readonly goesInBy: string }[] = [
  { access: 'token', about: 'Shown with each request. The simplest; works with most shippers.', goesInBy: 'HTTP, Splunk HEC, Elasticsearch bulk, OTLP' },
  {
    access: 'mtls',
    about: 'Signed by the authority of this installation, for a year; nothing secret travels.',
    goesInBy: 'syslog over TLS and OTLP/gRPC, where they ask for client certificates',
  },
  {
    access: 'spiffe',
    about: 'Its workload shows an X.509 SVID of a trust domain whose bundle the input was given. Nothing is issued here, and nothing is rotated here.',
    goesInBy: 'syslog over TLS and OTLP/gRPC, where they were given the bundle of its trust domain',
  },
  {
    access: 'sasl',
    about: 'A user with SCRAM-SHA-256 that may write one topic and nothing else. Needs a broker with access control.',
    goesInBy: 'any Kafka producer',
  },
];

export const SILENCES: readonly { readonly value: string; readonly label: string }[] = [
  { value: '', label: 'what is usual for its format: an hour or a day' },
  { value: '300', label: '5 minutes' },
  { value: '900', label: '15 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '21600', label: '6 hours' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '1 week' },
  { value: '0', label: 'never' },
];

export const OVERLAPS: readonly { readonly value: string; readonly label: string }[] = [
  { value: '0', label: 'not at all: it ends now' },
  { value: '3600', label: 'for 1 hour' },
  { value: '86400', label: 'for 1 day' },
  { value: '604800', label: 'for 1 week' },
];
