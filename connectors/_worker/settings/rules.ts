// What has to hold between options of a sink, as Kafka Connect's SinkConnectorConfig.validate has it.
import type { SinkOptions } from './common-options.ts';
import { topicPattern } from './common-config.ts';
import { wrongWith } from './regex.ts';

type Texts = Readonly<Record<string, string | null | undefined>>;
type Problem = readonly [option: keyof SinkOptions, message: string];

/** @param fallback The topic for dead letters when none is named. */
export function sinkProblems(texts: Texts, fallback: string): readonly Problem[] {
  const topics = (texts.topics ?? '').split(',').map((topic) => topic.trim()).filter((topic) => topic !== ''); // prettier-ignore
  const pattern = (texts['topics.regex'] ?? '').trim();
  const dead = (texts['errors.deadletterqueue.topic.name'] ?? fallback).trim();
  const problems: Problem[] = [];
  const ofBoth = (message: string) => problems.push(['topics', message], ['topics.regex', message]);
  if (topics.length > 0 && pattern !== '') ofBoth('topics and topics.regex are mutually exclusive options, but both are set.');
  if (topics.length === 0 && pattern === '') ofBoth('Must configure one of topics or topics.regex');
  if (dead !== '' && topics.includes(dead))
    problems.push(['topics', `The DLQ topic '${dead}' may not be included in the list of topics ('topics=[${topics.join(', ')}]') consumed by the connector`]);
  if (dead !== '' && pattern !== '' && wrongWith(pattern) === null && topicPattern({ topics: [], topicsRegex: pattern })(dead))
    problems.push([
      'topics.regex',
      `The DLQ topic '${dead}' may not be matched by the regex for the topics ('topics.regex=${pattern}') consumed by the connector`,
    ]);
  return problems;
}
