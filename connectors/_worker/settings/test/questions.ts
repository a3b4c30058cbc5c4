// Configurations that Kafka Connect was asked to judge, less their class.
const TRANSFORMS = 'org.apache.kafka.connect.transforms.';
const named = { name: 'files', topics: 'a' };
const filter = { ...named, transforms: 'x', 'transforms.x.type': `${TRANSFORMS}Filter` };

export const QUESTIONS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  'nothing but a class': {},
  'a configuration that holds': { name: 'files', topics: 'sink.default.ecs.v1', file: '/tmp/out' },
  'numbers and words that are none': { ...named, 'tasks.max': '0', 'errors.tolerance': 'some', 'errors.retry.timeout': 'soon', 'errors.log.enable': 'maybe' },
  'a number of another type': { ...named, 'tasks.max': '1.5', 'errors.deadletterqueue.topic.replication.factor': '70000' },
  'both topics and a pattern': { ...named, 'topics.regex': 'b.*' },
  'a dead-letter topic among the topics': { ...named, topics: 'a, b', 'errors.deadletterqueue.topic.name': 'b' },
  'a dead-letter topic that the pattern meets': { name: 'files', 'topics.regex': 'b.*', 'errors.deadletterqueue.topic.name': 'bad' },
  'a pattern that is none': { name: 'files', 'topics.regex': 'b(' },
  'blanks around': { name: ' files ', topics: ' a , b ', 'tasks.max': ' 2 ', 'errors.tolerance': ' all ' },
  'a null': { ...named, 'errors.tolerance': null },
  'a transform': { ...named, transforms: 'mask', 'transforms.mask.type': `${TRANSFORMS}MaskField$Value`, 'transforms.mask.fields': 'a,b' },
  'a transform that lacks what it needs': { ...named, transforms: 'mask', 'transforms.mask.type': `${TRANSFORMS}MaskField$Value` },
  'a transform without a type': { ...named, transforms: 'x' },
  'a transform of no known type': { ...named, transforms: 'x', 'transforms.x.type': 'no.such.Type' },
  'one alias twice': { ...filter, transforms: 'x,x' },
  'a predicate that is negated but not named': { ...filter, 'transforms.x.negate': 'true' },
  'a predicate': {
    ...filter,
    'transforms.x.predicate': 'p',
    'transforms.x.negate': 'true',
    predicates: 'p',
    'predicates.p.type': `${TRANSFORMS}predicates.TopicNameMatches`,
    'predicates.p.pattern': 'a.*',
  },
  'a predicate that lacks what it needs': { ...named, predicates: 'p', 'predicates.p.type': `${TRANSFORMS}predicates.HasHeaderKey` },
};
/** Their answers are kept whole; of the others, what was asked about and what is wrong. */
export const KEPT_WHOLE: ReadonlySet<string> = new Set(['nothing but a class', 'a configuration that holds', 'a transform', 'a predicate']);
