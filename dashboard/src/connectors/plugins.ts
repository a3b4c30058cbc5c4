// What kinds of connectors are, in the reader's words. Nothing needs to be here: one that is not is shown by its name.
interface Words {
  readonly title: string;
  readonly about: string;
}

const PLUGINS: Readonly<Record<string, Words>> = {
  'aws-security-hub': { title: 'AWS Security Hub', about: 'Findings and alerts as findings of an account' },
  elasticsearch: { title: 'Elasticsearch, OpenSearch', about: 'All documents into data streams or indices, by the bulk API' },
  'file-sink': { title: 'Files', about: 'Documents to files of the worker’s own machine, for an agent that picks them up' },
  'gcp-scc': { title: 'Google Security Command Center', about: 'Findings and alerts as findings of a source' },
  'google-secops': { title: 'Google SecOps', about: 'Documents as raw logs, for a parser there' },
  'http-poller': { title: 'HTTP API', about: 'Asks an API for what is new, page by page: audit logs, scanners, cloud services' },
  kafka: { title: 'Kafka', about: 'Documents to topics of another Kafka' },
  qradar: { title: 'IBM QRadar', about: 'LEEF over syslog' },
  s3: { title: 'S3', about: 'Documents as NDJSON, CSV, Avro or Parquet in a store, also laid out as Security Lake has it' },
  's3-source': { title: 'Objects of S3', about: 'Reads the records of objects as they come' },
  sentinel: { title: 'Microsoft Sentinel', about: 'Documents into a table, through the Logs Ingestion API' },
  'splunk-hec': { title: 'Splunk', about: 'All documents by the HTTP Event Collector, with and without acknowledgement' },
  'syslog-sink': { title: 'Syslog', about: 'Documents as syslog messages over TLS, TCP or UDP' },
  webhook: { title: 'Webhook', about: 'Signed requests, as Standard Webhooks asks' },
};

export const described: readonly string[] = Object.keys(PLUGINS);
export const pluginTitle = (name: string): string => PLUGINS[name]?.title ?? name;
/** Null where nothing is known but the name. */
export const pluginAbout = (name: string): string | null => PLUGINS[name]?.about ?? null;
