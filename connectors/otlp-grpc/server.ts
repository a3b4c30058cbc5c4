import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, ServiceDefinition, StatusObject } from '@grpc/grpc-js';
import { svidOf } from '../../domains/identity/x509-svid.ts';
import type { Svid, TrustDomain } from '../../domains/identity/x509-svid.ts';
import { MAX_RECORD_BYTES, senderOf } from '../../pipeline/core/connector.ts';
import type { ConnectorDeps, Source } from '../../pipeline/core/connector.ts';
import { PipelineError } from '../../pipeline/core/errors.ts';
import type { AuthenticatedSensor, SensorCredential } from '../../pipeline/core/sensor.ts';
import { decodeLogs, encodeLogsResponse, encodeStatus, singleLogs, TooManyLogs } from '../../schemas/otlp/logs.ts';
import { bindError, urlOf } from '../_listen/peers.ts';
import type { readSpiffe } from '../_listen/spiffe-options.ts';
import { openAdmission } from './admission.ts';

export interface GrpcOptions {
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  readonly maxRequestBytes: number;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer; readonly clientCa: Buffer | null; readonly spiffe?: ReturnType<typeof readSpiffe> } | null;
  /** For a request to arrive, once it is read. */
  readonly readMs?: number;
  /** After which a connection without requests is closed, also one that never says anything. */
  readonly idleMs?: number;
}

const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };
/** Bytes in, bytes out: the records are read by our own code, within its limits. */
const service: ServiceDefinition = {
  Export: {
    path: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes.serialize,
    requestDeserialize: bytes.deserialize,
    responseSerialize: bytes.serialize,
    responseDeserialize: bytes.deserialize,
  },
};
/** Of requests that are read or worked on at the same time, as they come in; unpacked and taken apart they are a small multiple. */
const MAX_BYTES_AT_ONCE = 128 << 20;
const READ_MS = 60_000;
const IDLE_MS = 600_000;
const RETRY_SECONDS = 5;
const STOP_MS = 5_000;
const TOO_LARGE = `A record has at most ${MAX_RECORD_BYTES} bytes with its resource and scope; larger ones were not taken.`;

/** An answer that is no success. */
class Refusal extends Error {
  readonly code: status;
  constructor(code: status, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

export async function listenGrpc(options: GrpcOptions, deps: ConnectorDeps): Promise<Source> {
  const { host, port, maxRequestBytes, tls, readMs = READ_MS, idleMs = IDLE_MS } = options;
  const admission = openAdmission({
    requestsAtOnce: Math.max(2, Math.floor(MAX_BYTES_AT_ONCE / maxRequestBytes)),
    readMs,
    sensorOf: (metadata, peer) => sensorOf(credentialOf(metadata, peer, tls?.spiffe?.domain), deps),
    refusal: (error) => failureOf(error, deps),
  });
  const server = new Server({
    interceptors: [admission.intercept],
    'grpc.max_receive_message_length': maxRequestBytes,
    'grpc.max_concurrent_streams': 64,
    'grpc.max_connection_idle_ms': idleMs,
    'grpc.keepalive_time_ms': 120_000,
    'grpc.keepalive_timeout_ms': 20_000,
  });
  const take = async (call: ServerUnaryCall<Buffer, Buffer>): Promise<Buffer> => {
    const { records, rejected } = readRecords(call.request);
    await deps.deliver(records, senderOf(admission.sensorOf(call.metadata)));
    if (rejected > 0) deps.countDropped('too-large', rejected);
    return encodeLogsResponse(rejected, rejected === 0 ? '' : TOO_LARGE);
  };
  server.addService(service, {
    Export(call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) {
      take(call).then(
        (response) => answer(null, response),
        (error: unknown) => answer(failureOf(error, deps)),
      );
    },
  });
  const credentials =
    tls === null
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(authoritiesOf(tls), [{ cert_chain: tls.cert, private_key: tls.key }], authoritiesOf(tls) !== null);
  const address = host.includes(':') ? `[${host}]` : host;
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${address}:${port}`, credentials, (error, found) => (error === null ? resolve(found) : reject(asTaken(error, host, port)))),
  );
  return {
    addresses: [urlOf(tls === null ? 'grpc' : 'grpcs', host, bound)],
    async stop() {
      const giveUp = setTimeout(() => server.forceShutdown(), STOP_MS);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(giveUp);
    },
  };
}

type Tls = NonNullable<GrpcOptions['tls']>;
/** Null = no client certificate is asked for. */
function authoritiesOf({ clientCa, spiffe }: Tls): Buffer | null {
  const all = [clientCa, spiffe === null || spiffe === undefined ? null : Buffer.from(`\n${spiffe.bundle}`)].filter((pem) => pem !== null);
  return all.length === 0 ? null : Buffer.concat(all);
}

/** Of a connection with a certificate that, else the token. The library shows no more of a chain than its end, so an authority of the trust domain itself must have signed an SVID. */
function credentialOf(metadata: Metadata, peer: PeerCertificate | undefined, domain: TrustDomain | undefined): SensorCredential | Refusal {
  if (peer === undefined) {
    const [, token] = /^Bearer +(\S+) *$/i.exec(String(metadata.get('authorization')[0] ?? '')) ?? [];
    if (token !== undefined) return { kind: 'token', token };
    return new Refusal(status.UNAUTHENTICATED, 'Send `authorization: Bearer` with the token of a sensor: `./goshawk sensor enrol` gives one.');
  }
  const svid: Svid = domain === undefined ? { kind: 'none' } : svidOf(new X509Certificate(peer.raw), [], domain, Date.now());
  if (svid.kind === 'refused') return new Refusal(status.UNAUTHENTICATED, `The certificate is refused: ${svid.reason}.`);
  return svid.kind === 'svid' ? { kind: 'spiffe', id: svid.id } : { kind: 'certificate', sha256: peer.fingerprint256 };
}

async function sensorOf(credential: SensorCredential | Refusal, { sensors }: ConnectorDeps): Promise<AuthenticatedSensor> {
  if (credential instanceof Refusal) throw credential;
  const sensor = await sensors.authenticateSensor(credential);
  if (sensor !== null) return sensor;
  const what = {
    token: 'There is no sensor with this token',
    certificate: 'No sensor was enrolled with this certificate',
    spiffe: 'No sensor was enrolled with this SPIFFE ID',
  };
  throw new Refusal(status.UNAUTHENTICATED, `${what[credential.kind]}, or it was revoked. \`./goshawk sensor enrol\` makes one.`);
}

function readRecords(request: Buffer): { readonly records: readonly Buffer[]; readonly rejected: number } {
  try {
    const all = [...singleLogs(decodeLogs(request))];
    const records = all.filter(({ length }) => length <= MAX_RECORD_BYTES);
    return { records, rejected: all.length - records.length };
  } catch (error) {
    if (error instanceof TooManyLogs) throw new Refusal(status.INVALID_ARGUMENT, error.message);
    throw new Refusal(status.INVALID_ARGUMENT, `The message is no ExportLogsServiceRequest (${(error as Error).message}).`);
  }
}

/** Exporters come again for UNAVAILABLE, and for RESOURCE_EXHAUSTED when it says when. */
function failureOf(error: unknown, { log }: ConnectorDeps): StatusObject {
  const say = (code: status, details: string, retrySeconds?: number) => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', encodeStatus(code, details, retrySeconds));
    return { code, details, metadata };
  };
  if (error instanceof Refusal) return say(error.code, error.message);
  if (error instanceof PipelineError) {
    if (error.code === 'GATEWAY_BUSY' || error.code === 'QUOTA_EXCEEDED') return say(status.RESOURCE_EXHAUSTED, error.message, RETRY_SECONDS);
    if (error.code === 'SOURCE_REFUSED') return say(status.FAILED_PRECONDITION, error.message);
    if (error.code === 'BROKER_UNAVAILABLE' || error.code === 'DATABASE_UNAVAILABLE')
      return say(status.UNAVAILABLE, 'The records cannot be kept now. Send them again in a few seconds.', RETRY_SECONDS);
  }
  log.error({ err: error }, 'A request by OTLP/gRPC failed unexpectedly.');
  return say(status.INTERNAL, 'Something failed that should not.');
}

const asTaken = (error: Error, host: string, port: number): Error =>
  bindError(Object.assign(error, /EADDRINUSE/.test(error.message) && { code: 'EADDRINUSE' }), 'otlpGrpc.port', host, port);
