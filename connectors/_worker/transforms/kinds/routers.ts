// RegexRouter, TimestampRouter: other names for the topic. Where the record lies, and its id, stay what they are.
import { RE2JS } from 're2js';
import { ofWhole } from '../definition.ts';
import { regex, text, withCondition } from '../options.ts';
import { dateFormat } from '../simple-date-format.ts';
import { dateFormatOption } from './timestamp-converter.ts';

/** Topics are few; this is against names that are made up. */
const MAX_KNOWN = 1_000;

interface RegexOptions {
  readonly regex: string;
  readonly replacement: string;
}
const reroute = (pattern: RE2JS, replacement: string, topic: string): string => {
  const matcher = pattern.matcher(topic);
  return matcher.matches() ? pattern.matcher(topic).replaceFirst(replacement, true) : topic;
};

export const regexRouter = ofWhole({
  name: 'RegexRouter',
  description: 'Renames the topic when the whole of it meets a regular expression.',
  options: withCondition({
    regex: regex('What the topic has to meet.', 'high'),
    replacement: text('Its new name; $1 is the first group.', 'high'),
  }).superRefine((options, context) => {
    const wrong = replacementProblem(options);
    if (wrong !== null) context.addIssue({ code: 'custom', path: ['replacement'], message: wrong });
  }),
  configure({ regex: source, replacement }: RegexOptions) {
    const pattern = RE2JS.compile(source);
    const known = new Map<string, string>();
    return (record) => {
      let routed = known.get(record.topic);
      if (routed === undefined) {
        routed = reroute(pattern, replacement, record.topic);
        if (known.size < MAX_KNOWN) known.set(record.topic, routed);
      }
      record.topic = routed;
    };
  },
});

function replacementProblem({ regex: source, replacement }: RegexOptions): string | null {
  const pattern = RE2JS.compile(source);
  for (const [, reference, named, numbered] of replacement.matchAll(/\\.|(\$(?:\{([^}]*)\}|(\d)|))/gs)) {
    if (reference === undefined) continue;
    if (numbered !== undefined ? Number(numbered) > pattern.groupCount() : named === undefined || !(named in pattern.namedGroups()))
      return `${reference} is no group of the regular expression`;
  }
  return replacement.endsWith('\\') && !/(?<!\\)(\\\\)+$/.test(replacement) ? 'a backslash at the end escapes nothing' : null;
}

interface TimestampOptions {
  readonly 'topic.format': string;
  readonly 'timestamp.format': string;
}
export const timestampRouter = ofWhole({
  name: 'TimestampRouter',
  description: 'Renames the topic by the time of the record.',
  options: withCondition({
    'topic.format': text('The new name, in which ${topic} and ${timestamp} stand for both.', 'high').default('${topic}-${timestamp}'),
    'timestamp.format': dateFormatOption('How the time is written', 'high').default('yyyyMMdd'),
  }),
  configure({ 'topic.format': format, 'timestamp.format': pattern }: TimestampOptions) {
    const { write } = dateFormat(pattern);
    return (record) => {
      const topic = format.replaceAll('${topic}', () => record.topic);
      record.topic = topic.replaceAll('${timestamp}', () => write(record.timestampMs));
    };
  },
});
