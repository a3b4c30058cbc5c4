// Whether a configuration can work, asked of HEC before anything is sent.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import type { SinkDeps } from '../_sink/index.ts';
import { nameByRecord } from '../_sink/placeholders.ts';
import type { HecConfig } from './config.ts';
import { acknowledgedIn, answerOf, hecBody } from './outcome.ts';
import { openRequests } from './requests.ts';
import type { Requests } from './requests.ts';

interface Problem {
  readonly option: string;
  readonly message: string;
}

const OF_THE_TOKEN = new Set([1, 2, 3, 4, 21, 22]);
const ACKS_ARE_OFF = 14;
const KINDS = ['event', 'finding', 'alert'] as const;

/**
 * Asks each address whether it takes the token, and whether it acknowledges where that is wanted: with nothing in the request, so that nothing is written.
 * Where an index is named, one event of the source type `goshawk:check` is written to it: HEC says of an index only when an event has it.
 */
export async function check(options: HecConfig, deps: SinkDeps): Promise<readonly Problem[]> {
  try {
    const requests = openRequests({ ...options, compression: 'none' }, deps);
    const found = await Promise.all(options.urls.map((url) => whoIs(requests, url, options.acks)));
    const problems = found.filter((problem) => problem !== null);
    return problems.length > 0 ? problems : await refusedIndices(requests, options, deps);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof RetryableError)
      return [{ option: typeof error.details.option === 'string' ? error.details.option : 'urls', message: error.message }];
    throw error;
  }
}

async function whoIs(requests: Requests, url: string, wantsAcks: boolean): Promise<Problem | null> {
  const { answer, place } = await requests.events(requests.place(url), Buffer.alloc(0));
  const body = hecBody(answer.body);
  if (body === null) return { option: 'urls', message: `${url} is not HEC: it answered ${answer.status}.` };
  const said = answerOf(answer.status, body, { events: 0, bytes: 0 });
  if (said.kind === 'away') return { option: 'urls', message: `${url} takes nothing now: ${said.message}.` };
  if (said.kind === 'misconfigured')
    return OF_THE_TOKEN.has(body.code)
      ? { option: 'token', message: `${url} does not take the token: ${said.message}.` }
      : { option: 'urls', message: `${url} does not take events: ${said.message}.` };
  if (!wantsAcks) return null;
  const acks = await requests.acks(place, []);
  if (acks.status === 200 && acknowledgedIn(acks.body) !== null) return null;
  const refusal = hecBody(acks.body);
  return refusal?.code === ACKS_ARE_OFF
    ? { option: 'acks', message: `The token has no indexer acknowledgement at ${url}: ${refusal.text}.` }
    : { option: 'acks', message: `${url} does not say what is indexed: it answered ${acks.status}${refusal === null ? '' : `, ${refusal.text}`}.` };
}

async function refusedIndices(requests: Requests, { index, urls }: HecConfig, { organization, connector, now }: SinkDeps): Promise<readonly Problem[]> {
  // What a topic or a dataset makes of the name is not known before there is a document.
  if (index === '' || /\{(topic|dataset)\}/.test(index)) return [];
  const nameOf = nameByRecord(index, organization, (value) => value);
  const names = [...new Set(KINDS.map((kind) => nameOf({ topic: '', kind, headers: [] })))];
  const asked = names.map(async (name): Promise<Problem | null> => {
    const event = { time: now() / 1_000, sourcetype: 'goshawk:check', index: name, event: { message: `The connector ${connector} may write to this index.` } };
    const { answer } = await requests.events(requests.place(urls[0]!), Buffer.from(JSON.stringify(event)));
    const said = answerOf(answer.status, hecBody(answer.body), { events: 1, bytes: 0 });
    return said.kind === 'index' ? { option: 'index', message: `The token may not write to the index ${name}: ${said.message}.` } : null;
  });
  return (await Promise.all(asked)).filter((problem) => problem !== null);
}
