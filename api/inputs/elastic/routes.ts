// Elasticsearch-compatible bulk input: Filebeat, Fluent Bit, Vector, Logstash and the official clients send here as they are.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Taken, Told } from '../../../pipeline/core/connector.ts';
import { PipelineError } from '../../../pipeline/core/errors.ts';
import { asProblem } from '../../gate/as-problem.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { receiptOf } from '../../rest/events/receipt.ts';
import { bytesOf, takeBytes, unpackBodies } from '../body.ts';
import type { InputDeps } from '../index.ts';
import { certificateWhoSends, principalWhoSends, senderOfPrincipal } from '../sender.ts';
import { BulkError, readBulk } from './bulk.ts';
import type { BulkItem, ElasticError } from './bulk.ts';

const SOURCE = 'elastic';
const PREFIX = '/elastic';
/** What clients ask for before they send: they refuse servers older than themselves. */
const VERSION = '9.5.0';

export function registerElastic(app: FastifyInstance, deps: InputDeps): void {
  // The root is the dashboard's; who comes with an API key or a password is no browser.
  app.addHook('onRequest', async (request, reply) => {
    if (request.url !== '/' || !['GET', 'HEAD'].includes(request.method) || tokensOf(request.headers.authorization).length === 0) return;
    const refusal = await authenticate(request, deps);
    return refusal === null ? answer(request, reply, information(deps.installationId)) : refuse(request, reply, refusal);
  });
  void app.register(async (scope) => {
    takeBytes(scope);
    unpackBodies(scope, deps.budget);
    scope.setErrorHandler((error, request, reply) => refuse(request, reply, error instanceof BulkError ? error.refusal : refusalOf(error, request, reply)));
    scope.addHook('onRequest', async (request, reply) => {
      const refusal = await authenticate(request, deps);
      if (refusal !== null) return refuse(request, reply, refusal);
    });
    const { bodyMaxBytes: bodyLimit } = deps.config;
    const schema = { tags: ['inputs'], summary: "Documents as to Elasticsearch's bulk API" };
    for (const prefix of ['', PREFIX])
      for (const path of [`${prefix}/_bulk`, `${prefix}/:index/_bulk`])
        scope.route({
          method: ['POST', 'PUT'],
          url: path,
          bodyLimit,

          schema,
          handler: (request, reply) => bulk(request, reply, deps),
        });
    for (const path of [PREFIX, `${PREFIX}/`])
      scope.get(path, { schema: { hide: true } }, (request, reply) => answer(request, reply, information(deps.installationId)));
    for (const path of ['/_license', `${PREFIX}/_license`])
      scope.get(path, { schema: { hide: true } }, (request, reply) =>
        answer(request, reply, { license: { status: 'active', uid: deps.installationId, type: 'basic', mode: 'basic' } }),
      );
  });
}

async function bulk(request: FastifyRequest, reply: FastifyReply, { deliver, wallMicros }: InputDeps): Promise<FastifyReply> {
  const startedAt = wallMicros();
  const items = readBulk(bytesOf(request), (request.params as { index?: string }).index ?? null);
  const accepted = items.filter((item) => item.document !== null);
  let taken: readonly Taken[] = [];
  let failure: ElasticError | null = null;
  try {
    taken = await deliver(
      accepted.map(({ document }) => document!),
      { ...senderOfPrincipal(request.principal!, SOURCE), requestId: request.id },
      accepted.map(toldBy),
    );
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    failure = failureOf(error);
  }
  const receipts = taken.values();
  const results = items.map((item) => {
    const receipt = item.refusal === null ? receipts.next().value : undefined;
    return { [item.action]: { _index: item.index ?? 'goshawk', _id: item.id, ...resultOf(item.refusal ?? failure, receipt) } };
  });
  return answer(request, reply, {
    took: Math.max(0, Math.round((wallMicros() - startedAt) / 1_000)),
    errors: failure !== null || items.some(({ refusal }) => refusal !== null),
    items: results,
  });
}

const toldBy = ({ index, id }: BulkItem): Told | undefined =>
  index === null && id === null ? undefined : { labels: { ...(index !== null && { 'elastic.index': index }), ...(id !== null && { 'elastic.id': id }) } };

/** Of one item. Without an id of the sender's, its receipt is its id: `GET /v2/events/:id` says what became of it. */
function resultOf(refusal: ElasticError | null, taken: Taken | undefined) {
  if (refusal === null && taken !== undefined)
    return {
      _id: receiptOf(taken),
      _version: 1,
      result: 'created',
      _shards: { total: 1, successful: 1, failed: 0 },
      _seq_no: taken.offset,
      _primary_term: 1,
      status: 201,
    };
  const { status, type, reason } = refusal ?? { status: 500, type: 'exception', reason: 'no answer' };
  return { status, error: { type, reason } };
}

/** Of all items of a request that the gateway did not take: shippers send those again. */
function failureOf(error: PipelineError): ElasticError {
  if (error.code === 'GATEWAY_BUSY' || error.code === 'QUOTA_EXCEEDED') return { status: 429, type: 'es_rejected_execution_exception', reason: error.message };
  if (error.code === 'SOURCE_REFUSED') return { status: 400, type: 'illegal_argument_exception', reason: error.message };
  return { status: 503, type: 'unavailable_shards_exception', reason: asProblem(error).message };
}

/** `ApiKey` is base64 of `id:key`, or the key alone; `Basic` has the token as password. More than one where it can be read in two ways. */
function tokensOf(authorization: string | undefined): readonly string[] {
  const [, scheme = '', rest = ''] = /^(\S+) +(\S+) *$/.exec(authorization ?? '') ?? [];
  const decoded = Buffer.from(rest, 'base64').toString('utf8');
  const behindColon = decoded.includes(':') ? [decoded.slice(decoded.indexOf(':') + 1)] : [];
  switch (scheme.toLowerCase()) {
    case 'apikey':
      return [...behindColon, rest];
    case 'basic':
      return behindColon;
    default:
      return [];
  }
}

const NOT_SIGNED_IN: ElasticError = { status: 401, type: 'security_exception', reason: 'missing authentication credentials: send ApiKey or Basic' };
const WRONG_CREDENTIALS: ElasticError = { status: 401, type: 'security_exception', reason: 'unable to authenticate with the provided credentials' };

async function authenticate(request: FastifyRequest, deps: InputDeps): Promise<ElasticError | null> {
  const tokens = tokensOf(request.headers.authorization);
  if (request.headers.authorization === undefined) request.principal = await certificateWhoSends(request, deps);
  if (request.principal !== null) return null;
  for (const token of tokens) {
    request.principal = await principalWhoSends(token, request.ip, deps);
    if (request.principal !== null) return null;
  }
  return tokens.length === 0 ? NOT_SIGNED_IN : WRONG_CREDENTIALS;
}

function refusalOf(error: unknown, request: FastifyRequest, reply: FastifyReply): ElasticError {
  const problem = error instanceof ApiProblem ? error : asProblem(error);
  void reply.headers(problem.headers);
  if (problem.code === 'UNEXPECTED') request.log.error({ code: problem.code, err: problem.cause, requestId: request.id }, 'A request failed unexpectedly.');
  const type =
    problem.status === 429
      ? 'es_rejected_execution_exception'
      : problem.status === 413
        ? 'content_too_large_exception'
        : problem.status < 500
          ? 'illegal_argument_exception'
          : 'unavailable_shards_exception';
  return { status: problem.status, type, reason: problem.message };
}

function refuse(request: FastifyRequest, reply: FastifyReply, { status, type, reason }: ElasticError): FastifyReply {
  reply.code(status);
  if (status === 401) reply.header('www-authenticate', ['Basic realm="security", charset="UTF-8"', 'ApiKey']);
  return answer(request, reply, { error: { root_cause: [{ type, reason }], type, reason }, status });
}

/** The official clients look for the header, and want the media type that they asked for. */
function answer(request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply {
  const [, compatible] = /application\/vnd\.elasticsearch\+json;\s*compatible-with=(\d)/.exec(request.headers.accept ?? '') ?? [];
  return reply
    .header('x-elastic-product', 'Elasticsearch')
    .type(compatible === undefined ? 'application/json' : `application/vnd.elasticsearch+json;compatible-with=${compatible}`)
    .send(JSON.stringify(body));
}

const information = (installationId: string) => ({
  name: 'goshawk',
  cluster_name: 'goshawk',
  cluster_uuid: installationId,
  version: {
    number: VERSION,
    build_flavor: 'default',
    build_type: 'docker',
    build_hash: 'goshawk',
    build_date: '2026-01-01T00:00:00.000000000Z',
    build_snapshot: false,
    lucene_version: '10.2.2',
    minimum_wire_compatibility_version: '8.19.0',
    minimum_index_compatibility_version: '8.0.0',
  },
  tagline: 'You Know, for Search',
});
