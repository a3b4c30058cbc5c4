// Whether a configuration can work, asked of the cluster before anything is sent.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import type { Answer } from '../_sink/http.ts';
import type { SinkDeps } from '../_sink/index.ts';
import { nameByRecord } from '../_sink/placeholders.ts';
import { errorOf, parsed } from './bulk.ts';
import type { ElasticsearchConfig } from './config.ts';
import { matchesPattern, spelled } from './names.ts';
import { openRequests } from './requests.ts';
import type { Request } from './requests.ts';

interface Problem {
  readonly option: string;
  readonly message: string;
}
const KINDS = ['event', 'finding', 'alert'] as const;
const JSON_HEADERS = { 'content-type': 'application/json' };

/** Asks each address who it is, and one of them for privileges and for what its templates make of the target. Writes nothing. */
export async function check(options: ElasticsearchConfig, deps: SinkDeps): Promise<readonly Problem[]> {
  try {
    const request = openRequests(options, deps);
    const found = await Promise.all(options.urls.map((url) => whoIs(request, url, options.username === '' ? 'apiKey' : 'password')));
    const problems = found.filter((each) => each !== null);
    if (problems.length > 0) return problems;
    const url = options.urls[0]!;
    const targets = targetsOf(options, deps.organization);
    return [...(await missingPrivileges(request, url, targets)), ...(options.dataStream ? await plainIndices(request, url, targets) : [])];
  } catch (error) {
    if (error instanceof ConfigError || error instanceof RetryableError) return [{ option: optionOf(error), message: error.message }];
    throw error;
  }
}

const optionOf = ({ details }: ConfigError | RetryableError): string => (typeof details.option === 'string' ? details.option : 'urls');

/** One for each kind of document. What a dataset or a renamed topic makes of it is not known before there is one: `*` stands for them. */
function targetsOf({ index }: ElasticsearchConfig, organization: string): readonly string[] {
  const nameOf = nameByRecord(index, organization, (value, name) => (name === 'topic' || name === 'dataset' ? '*' : spelled(value, name)));
  return [...new Set(KINDS.map((kind) => nameOf({ topic: '', kind, headers: [] })))];
}

/** @returns Null when it is a cluster that takes the credentials. */
async function whoIs(request: Request, url: string, secret: 'apiKey' | 'password'): Promise<Problem | null> {
  const { status, headers, body } = await request(url, '/');
  if (status === 401) return { option: secret, message: `${url} does not take the credentials: ${errorOf(body)?.reason ?? 'it answered 401'}.` };
  if (headers['x-elastic-product'] === 'Elasticsearch') return null; // also to one who may not see the cluster
  const { version, tagline } = (parsed(body) ?? {}) as { readonly version?: { readonly distribution?: string }; readonly tagline?: string };
  if (version?.distribution === 'opensearch' || tagline === 'You Know, for Search') return null;
  if (status === 403) return null; // OpenSearch says no more than that to one who may not
  return { option: 'urls', message: `${url} is neither Elasticsearch nor OpenSearch: it answered ${status}.` };
}

/** Asked of the security of Elasticsearch. That of OpenSearch has no such question, and a cluster without one says that there is no handler. */
async function missingPrivileges(request: Request, url: string, targets: readonly string[]): Promise<readonly Problem[]> {
  const wanted = ['create_doc', 'auto_configure'];
  const body = JSON.stringify({ index: [{ names: targets, privileges: wanted }] });
  const answer = await request(url, '/_security/user/_has_privileges', { method: 'POST', headers: JSON_HEADERS, body });
  const { index } = (bodyOf(answer) ?? {}) as { readonly index?: Readonly<Record<string, Readonly<Record<string, boolean>>>> };
  return Object.entries(index ?? {}).flatMap(([target, privileges]) => {
    const missing = wanted.filter((privilege) => privileges[privilege] === false);
    if (missing.length === 0) return [];
    return [
      { option: 'index', message: `The credentials may not write to ${target}: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.` },
    ];
  });
}

/** Targets that would become plain indices, where the templates can be seen. */
async function plainIndices(request: Request, url: string, targets: readonly string[]): Promise<readonly Problem[]> {
  const answer = await request(url, '/_index_template');
  const { index_templates: templates } = (bodyOf(answer) ?? {}) as {
    readonly index_templates?: readonly {
      readonly index_template: { readonly index_patterns?: readonly string[]; readonly priority?: number; readonly data_stream?: object };
    }[];
  };
  if (templates === undefined) return [];
  const problems: Problem[] = [];
  for (const target of targets) {
    const fitting = templates
      .map(({ index_template }) => index_template)
      .filter(({ index_patterns = [] }) => index_patterns.some((pattern) => matchesPattern(pattern, target)));
    const [first] = fitting.toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
    if (first?.data_stream !== undefined) continue;
    const { status } = await request(url, `/_data_stream/${encodeURIComponent(target)}`);
    if (status === 200) continue;
    problems.push({
      option: 'index',
      message: `No index template makes ${target} a data stream. Install one (docs/sinks/elasticsearch.md has it), or set dataStream to false for plain indices.`,
    });
  }
  return problems;
}

const bodyOf = ({ status, body }: Answer): unknown => (status === 200 ? parsed(body) : null);
