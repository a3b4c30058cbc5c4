// OTLP/HTTP logs, in protobuf and JSON: exporters and collectors send here as they are. Source: OpenTelemetry Protocol Specification 1.x.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeLogs, encodeLogsResponse, encodeStatus, singleLogs, TooManyLogs } from '../../../schemas/otlp/logs.ts';
import { asProblem } from '../../gate/as-problem.ts';
import { principalOf } from '../../gate/gate.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { MAX_EVENT_BYTES } from '../../gateway/gateway.ts';
import { parseLossless } from '../../rest/events/lossless-json.ts';
import { bytesOf, takeBytes, unpackBodies } from '../body.ts';
import type { InputDeps } from '../index.ts';
import { senderOfPrincipal } from '../sender.ts';

const SOURCE = 'otlp';
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

export function registerOtlp(app: FastifyInstance, deps: InputDeps): void {
  const { bodyMaxBytes: bodyLimit } = deps.config;
  void app.register(async (scope) => {
    takeBytes(scope);
    unpackBodies(scope, deps.budget);
    scope.setErrorHandler((error, request, reply) => sendStatus(asProblem(error), request, reply));
    scope.post('/v1/logs', { bodyLimit, schema: { tags: ['inputs'], summary: 'Logs by OTLP/HTTP' } }, async (request, reply) => {
      const type = typeOf(request);
      if (type !== PROTOBUF && type !== JSON_TYPE) throw new ApiProblem('UNSUPPORTED_MEDIA_TYPE', `Send ${PROTOBUF} or ${JSON_TYPE}.`);
      const { records, rejected } = readRecords(bytesOf(request), type === JSON_TYPE);
      await deps.deliver(records, { ...senderOfPrincipal(principalOf(request), SOURCE), requestId: request.id });
      const message = rejected === 0 ? '' : TOO_LARGE;
      if (type === PROTOBUF) return reply.type(PROTOBUF).send(encodeLogsResponse(rejected, message));
      return reply.send(rejected === 0 ? {} : { partialSuccess: { rejectedLogRecords: String(rejected), errorMessage: message } });
    });
  });
}

const TOO_LARGE = `A record has at most ${MAX_EVENT_BYTES} bytes with its resource and scope; larger ones were not taken.`;

function readRecords(body: Buffer, isJson: boolean): { readonly records: readonly Buffer[]; readonly rejected: number } {
  const records: Buffer[] = [];
  let rejected = 0;
  try {
    for (const record of singleLogs(isJson ? parseLossless(body.toString('utf8')) : decodeLogs(body))) {
      if (record.length > MAX_EVENT_BYTES) rejected += 1;
      else records.push(record);
    }
  } catch (error) {
    if (error instanceof TooManyLogs) throw new ApiProblem('BODY_TOO_LARGE', error.message);
    throw new ApiProblem('INVALID_REQUEST', `The body is no ExportLogsServiceRequest (${(error as Error).message}).`, { cause: error });
  }
  return { records, rejected };
}

const typeOf = ({ headers }: FastifyRequest): string => (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();

/** google.rpc.Code of what we say; INTERNAL for the rest. */
const RPC_CODES: Readonly<Record<string, number>> = {
  INVALID_REQUEST: 3,
  MALFORMED_JSON: 3,
  BODY_TOO_LARGE: 3,
  UNSUPPORTED_MEDIA_TYPE: 3,
  CONFLICT: 9,
  FORBIDDEN: 7,
  RATE_LIMITED: 8,
  QUOTA_EXCEEDED: 8,
  GATEWAY_BUSY: 14,
  BROKER_UNAVAILABLE: 14,
  DATABASE_UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
};
const INTERNAL = 13;

function sendStatus(problem: ApiProblem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const code = RPC_CODES[problem.code] ?? INTERNAL;
  if (code === INTERNAL) request.log.error({ code: problem.code, err: problem.cause, requestId: request.id }, 'A request failed unexpectedly.');
  reply.code(problem.status).headers({ 'x-request-id': request.id, ...problem.headers });
  if (typeOf(request) === PROTOBUF) return reply.type(PROTOBUF).send(encodeStatus(code, problem.message));
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: problem.code, domain: 'goshawk' }];
  return reply.send({ code, message: problem.message, details });
}
