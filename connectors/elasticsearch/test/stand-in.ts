// A cluster of Elasticsearch or OpenSearch, as far as a bulk request sees one: it parses lines, keeps one document of each id, and refuses what they refuse.
import { ALL_FAULTS, openFarSide, unpacked } from '../../_contract/far-side.ts';
import type { FarAnswer, FarRequest } from '../../_contract/far-side.ts';
import type { StandIn } from '../../_contract/stand-in.ts';

export const API_KEY = 'Z29zaGF3azpzZWNyZXQ=';

export interface ClusterOptions {
  readonly product?: 'elasticsearch' | 'opensearch';
  readonly version?: string;
  /** http.max_content_length */
  readonly maxBytes?: number;
  /** Names that become data streams when they are written to; all others become plain indices. */
  readonly streams?: RegExp;
  /** action.auto_create_index */
  readonly isAutoCreating?: boolean;
  readonly hasFailureStore?: boolean;
  readonly maySeeCluster?: boolean;
  readonly privileges?: Readonly<Record<string, boolean>>;
}
export interface Cluster extends StandIn {
  readonly url: string;
  readonly requests: readonly FarRequest[];
  readonly documents: ReadonlyMap<string, { readonly index: string; readonly text: string }>;
  /** What is said of the document with an id, each time, in place of taking it. */
  readonly items: Map<string, object>;
  /** What is answered in place of everything. */
  answer: FarAnswer | null;
}

interface Result {
  readonly status: number;
  readonly error?: object;
  readonly failure_store?: string;
}
const failed = (status: number, type: string, reason: string, more: object = {}): Result => ({ status, error: { type, reason, ...more } });
const refusal = (status: number, type: string, reason: string): FarAnswer => ({
  status,
  body: { error: { root_cause: [{ type, reason }], type, reason }, status },
});

export async function openCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { product = 'elasticsearch', version = product === 'elasticsearch' ? '9.1.0' : '2.19.6', maxBytes = 104_857_600 } = options;
  const { streams = /^logs-.+-.+$/, isAutoCreating = true, hasFailureStore = false, maySeeCluster = true } = options;
  const documents = new Map<string, { readonly index: string; readonly text: string }>();
  const items = new Map<string, object>();
  const knowsFlag = product === 'elasticsearch' && versionNumber(version) >= 8_013;
  const told: Readonly<Record<string, string>> = product === 'elasticsearch' ? { 'x-elastic-product': 'Elasticsearch' } : {};

  const store = (index: string, id: string, text: string, wantsStream: boolean): Result => {
    if (!isAutoCreating) return failed(404, 'index_not_found_exception', `no such index [${index}]`);
    if (wantsStream && !streams.test(index))
      return failed(
        404,
        'index_not_found_exception',
        `no such index [${index}] and [require_data_stream] request flag is [true] and [${index}] is not a data stream`,
      );
    const key = `${index}/${id}`;
    if (documents.has(key)) return failed(409, 'version_conflict_engine_exception', `[${id}]: version conflict, document already exists (current version [1])`);
    const document = parseDocument(text);
    if (product === 'elasticsearch' && text !== '' && !text.trimStart().startsWith('{'))
      return failed(500, 'not_x_content_exception', 'Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes');
    const isStream = streams.test(index);
    const reason =
      document === null
        ? 'failed to parse'
        : isStream && typeof document['@timestamp'] !== 'string'
          ? 'data stream timestamp field [@timestamp] is missing'
          : null;
    if (reason !== null) {
      if (hasFailureStore && isStream) return { status: 201, failure_store: 'used' };
      return {
        ...failed(400, product === 'elasticsearch' ? 'document_parsing_exception' : 'mapper_parsing_exception', reason),
        ...(isStream && { failure_store: 'not_enabled' }),
      };
    }
    documents.set(key, { index, text });
    return { status: 201 };
  };

  const bulk = ({ headers, ...request }: FarRequest, query: URLSearchParams, refusedId: string | null): FarAnswer => {
    const body = unpacked({ ...request, headers });
    if (request.body.length > maxBytes || body.length > maxBytes) return { status: 413 };
    if (!/^application\/(x-ndjson|json|vnd\.elasticsearch\+x-ndjson; ?compatible-with=\d+)$/.test(headers['content-type'] ?? ''))
      return { status: 406, body: { error: `Content-Type header [${headers['content-type']}] is not supported`, status: 406 } };
    if (query.has('require_data_stream') && !knowsFlag)
      return refusal(
        400,
        'illegal_argument_exception',
        'request [/_bulk] contains unrecognized parameter: [require_data_stream] -> did you mean [require_alias]?',
      );
    if (body.length === 0) return refusal(400, 'parse_exception', 'request body is required');
    if (body.at(-1) !== 0x0a) return refusal(400, 'illegal_argument_exception', 'The bulk request must be terminated by a newline [\\n]');
    const lines = body.toString('utf8').split('\n');
    lines.pop();
    const actions: { readonly index: string; readonly id: string; readonly text: string }[] = [];
    for (let at = 0; at < lines.length; at += 2) {
      const { _index: index, _id: id } = (parseDocument(lines[at]!)?.create ?? {}) as { readonly _index?: string; readonly _id?: string };
      const text = lines[at + 1];
      if (index === undefined || id === undefined || text === undefined)
        return refusal(400, 'illegal_argument_exception', `Malformed action/metadata line [${at + 1}]`);
      actions.push({ index, id, text });
    }
    const tooLong = actions.find(({ id }) => Buffer.byteLength(id) > 512);
    if (tooLong !== undefined)
      return refusal(400, 'action_request_validation_exception', `Validation Failed: 1: id [${tooLong.id}] is too long, must be no longer than 512 bytes`);
    const results = actions.map(({ index, id, text }): Result => {
      if (id === refusedId) return failed(400, 'strict_dynamic_mapping_exception', 'mapping set to strict, dynamic introduction of [x] is not allowed');
      const said = items.get(id);
      return said === undefined ? store(index, id, text, query.get('require_data_stream') === 'true') : (said as Result);
    });
    const errors = results.some(({ status }) => status >= 300);
    const full = results.map((result, n) => ({ create: { _index: actions[n]!.index, _id: actions[n]!.id, ...result } }));
    const isFiltered = query.has('filter_path');
    return {
      status: 200,
      headers: told,
      body: isFiltered ? { errors, items: results.map((result) => ({ create: result })) } : { took: 3, errors, items: full },
    };
  };

  const side = await openFarSide({
    throttled: { ...refusal(429, 'es_rejected_execution_exception', 'rejected execution of coordinating operation'), headers: told },
    isSubject: ({ path }) => path.startsWith('/_bulk'),
    answer: (request, refusedId) => {
      if (cluster.answer !== null) return cluster.answer;
      const { method, headers } = request;
      const { pathname, searchParams } = new URL(request.path, 'http://cluster');
      if (headers.authorization !== `ApiKey ${API_KEY}`)
        return { ...refusal(401, 'security_exception', 'unable to authenticate user'), headers: { ...told, 'www-authenticate': 'ApiKey' } };
      if (method === 'POST' && pathname === '/_bulk') return bulk(request, searchParams, refusedId);
      if (method === 'GET' && pathname === '/')
        return maySeeCluster
          ? {
              status: 200,
              headers: told,
              body: { name: 'n', version: { number: version, ...(product === 'opensearch' && { distribution: product }) }, tagline: taglines[product] },
            }
          : { ...refusal(403, 'security_exception', 'action [cluster:monitor/main] is unauthorized'), headers: told };
      if (pathname === '/_security/user/_has_privileges' && product === 'elasticsearch') return hasPrivileges(request, options.privileges ?? {}, told);
      if (pathname.startsWith('/_data_stream/')) return refusal(404, 'index_not_found_exception', `no such index [${pathname.slice(14)}]`);
      if (pathname === '/_index_template') return { status: 200, headers: told, body: { index_templates: templatesOf(streams) } };
      return { status: 400, body: { error: `no handler found for uri [${pathname}] and method [${method}]` } };
    },
  });

  const cluster: Cluster = {
    url: side.url,
    settings: { urls: side.url, apiKey: API_KEY },
    outboundAllow: side.outboundAllow,
    faults: ALL_FAULTS,
    requests: side.requests,
    documents,
    items,
    answer: null,
    taken: () => [...documents.keys()].map((key) => key.slice(key.indexOf('/') + 1)),
    fail: side.fail,
    close: side.close,
  };
  return cluster;
}

export const openStandIn = (): Promise<StandIn> => openCluster();

const taglines = { elasticsearch: 'You Know, for Search', opensearch: 'The OpenSearch Project: https://opensearch.org/' };

/** 8.13.4 as 8013. */
const versionNumber = (version: string): number => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
};

const templatesOf = (streams: RegExp): readonly object[] =>
  streams.source === '^logs-.+-.+$' ? [{ name: 'logs', index_template: { index_patterns: ['logs-*-*'], priority: 100, data_stream: {} } }] : [];

function hasPrivileges({ body }: FarRequest, privileges: Readonly<Record<string, boolean>>, headers: Readonly<Record<string, string>>): FarAnswer {
  const asked = (JSON.parse(body.toString()) as { readonly index: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[] })
    .index;
  const index = Object.fromEntries(
    asked.flatMap(({ names, privileges: wanted }) => names.map((name) => [name, Object.fromEntries(wanted.map((each) => [each, privileges[each] ?? true]))])),
  );
  const all = Object.values(index).every((each) => Object.values(each as object).every(Boolean));
  return { status: 200, headers, body: { username: 'goshawk', has_all_requested: all, cluster: {}, index, application: {} } };
}

function parseDocument(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
