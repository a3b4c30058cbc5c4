// Clients for tests: one of gRPC, and one of HTTP/2 that can leave a request half sent.
import { once } from 'node:events';
import { connect } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import { credentials, makeGenericClientConstructor, Metadata, status } from '@grpc/grpc-js';
import type { ChannelCredentials, ServiceError } from '@grpc/grpc-js';

const PATH = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const same = (value: Buffer) => value;
const bytes = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
const Logs = makeGenericClientConstructor({ Export: { path: PATH, requestStream: false, responseStream: false, ...bytes } }, 'LogsService');
type Export = (request: Buffer, metadata: Metadata, done: (error: ServiceError | null, answer?: Buffer) => void) => void;

/** One record whose body is the text `p`. */
export const REQUEST = Buffer.from('0a09120712052a030a0170', 'hex');

export interface Answer {
  readonly code: status;
  readonly answer?: Buffer;
  /** What beside the code says when to come again. */
  readonly details: Buffer;
}
/** @param token Whole, as `authorization` has it; empty = none. */
export async function exportLogs(
  address: string,
  request: Buffer,
  token = 'Bearer ghs_right',
  channel: ChannelCredentials = credentials.createInsecure(),
): Promise<Answer> {
  const client = new Logs(address, channel, { 'grpc.ssl_target_name_override': 'localhost' });
  const metadata = new Metadata();
  if (token !== '') metadata.set('authorization', token);
  try {
    return await new Promise((resolve) =>
      (client as unknown as { Export: Export }).Export(request, metadata, (error, answer) =>
        resolve(
          error === null
            ? { code: status.OK, answer: answer!, details: Buffer.alloc(0) }
            : { code: error.code, details: Buffer.from((error.metadata?.get('grpc-status-details-bin')[0] as Buffer | undefined) ?? []) },
        ),
      ),
    );
  } finally {
    client.close();
  }
}

/** A message as it travels. @param said Length that is told before it. */
export function framed(message: Buffer, isPacked = false, said = message.length): Buffer {
  const head = Buffer.alloc(5);
  head[0] = isPacked ? 1 : 0;
  head.writeUInt32BE(said, 1);
  return Buffer.concat([head, message]);
}

/** Sends the bytes and says no more: the request has no end. Resolves with the answer's status once the server has given it. */
export async function halfSent(address: string, sent: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const session = connect(`http://${address}`);
  session.on('error', () => {});
  try {
    const stream = session.request({ ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc', te: 'trailers', ...headers });
    stream.on('error', () => {});
    if (sent.length > 0) stream.write(sent);
    const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    return Number(answer['grpc-status']);
  } finally {
    session.destroy();
  }
}
