// One record per format that anybody asked for, on the sink topic of format and organization, saying who asked.
import { DOCUMENT_HEADERS } from '../core/document-headers.ts';
import type { Output } from '../core/index.ts';
import { send, withHeaders } from '../core/index.ts';
import { sinkTopic } from '../../topologies/topics.ts';
import type { Format, Kind, Taker } from './subscriptions.ts';
import { FORMATS } from './subscriptions.ts';

/** Name of what the configuration asks for. No organization can have a subscription of this name. */
export const DEFAULT_SUBSCRIPTION = 'default';

export interface Subject {
  readonly organization: string;
  readonly kind: Kind;
  /** Of the record, so that what is about one thing stays in order. */
  readonly key: string;
  /** The document's own; another revision has another one. */
  readonly id: string;
  readonly dataset: string;
}

/**
 * @param byDefault Formats that the configuration asks for.
 * @param takers Subscriptions that take it, by name.
 * @param textOf JSON text, one line.
 */
export function documents(
  subject: Subject,
  byDefault: readonly Format[],
  takers: readonly Pick<Taker<never>, 'name' | 'format'>[],
  textOf: (format: Format) => string,
): readonly Output<unknown>[] {
  const outputs: Output<unknown>[] = [];
  for (const format of FORMATS) {
    const names = takers.filter((taker) => taker.format === format).map(({ name }) => name);
    if (byDefault.includes(format)) names.push(DEFAULT_SUBSCRIPTION);
    if (names.length === 0) continue;
    const document = send(sinkTopic(subject.organization, format), subject.key, Buffer.from(textOf(format)));
    outputs.push(withHeaders(document, headersOf(subject, names.sort())));
  }
  return outputs;
}

const headersOf = ({ id, kind, organization, dataset }: Subject, names: readonly string[]) =>
  [
    [DOCUMENT_HEADERS.id, Buffer.from(id)],
    [DOCUMENT_HEADERS.kind, Buffer.from(kind)],
    [DOCUMENT_HEADERS.organization, Buffer.from(organization)],
    [DOCUMENT_HEADERS.dataset, Buffer.from(dataset)],
    [DOCUMENT_HEADERS.subscriptions, Buffer.from(names.join(','))],
  ] as const;
