// A configuration that a sensor's owner can paste.

export const SHIPPERS = ['filebeat', 'vector', 'fluent-bit', 'rsyslog', 'otel-collector', 'hec', 'curl', 'kafka-producer'] as const;
export type Shipper = (typeof SHIPPERS)[number];

export interface Snippet {
  readonly shipper: Shipper;
  /** For people. */
  readonly title: string;
  /** What to call the file; null = a command for a shell. */
  readonly file: string | null;
  readonly text: string;
}

/** What is filled in. */
export interface SnippetInput {
  readonly sensor: string;
  readonly topic: string;
  /** Name of a decoder; null = recognised. */
  readonly format: string | null;
  /** The token, or the broker's password; null = what was shown once is gone, a placeholder stands for it. */
  readonly secret: string | null;
  readonly addresses: SensorAddresses;
}
export interface SensorAddresses {
  /** Of the API, without a slash at the end. */
  readonly apiUrl: string;
  /** `host:port,...`; null when this process does not know. */
  readonly kafkaBrokers: string | null;
  /** Where syslog over TLS is taken; null = nowhere. */
  readonly syslogTls: { readonly host: string; readonly port: number } | null;
}

/** What is read until the owner names their own files. */
export const LOG_FILES = '/var/log/*.log';
/** Stands for a secret that is no longer known. */
export const PLACEHOLDER = 'PUT-THE-SECRET-HERE';
