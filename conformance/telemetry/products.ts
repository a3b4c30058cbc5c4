// Cases that expect a product: which format, dataset or vendor a record is of.
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Json } from './fields.ts';
import { isObject, leaves } from './fields.ts';
import type { Scorer } from './reading.ts';
import { inputOf } from './reading.ts';
import { datasetsOfLogType, datasetsOfSchema, datasetsOfSourcetype, isOfDataset } from './product-names.ts';

/** Whether one of the datasets or their families (`cisco-asa.*`) is the event's. */
function isAmong(event: Event | undefined, datasets: readonly string[]): boolean {
  if (event === undefined) return false;
  const vendor = (event.ecs['observer.vendor'] ?? '').toLowerCase().replaceAll(' ', '_');
  return datasets.some((name) => isOfDataset(event.dataset, name) || `${event.dataset}:${vendor}` === name);
}
const told = (event: Event | undefined): string => {
  if (event === undefined) return 'no event';
  const document = leaves(eventToEcs(event));
  return [event.dataset, document.get('observer.vendor'), document.get('observer.product')].filter((part) => typeof part === 'string').join(' ');
};

/** Splunk's sourcetype of a line. */
export const sourcetypes: Scorer = {
  takes: ({ expected }) => isObject(expected) && typeof expected.sourcetype === 'string',
  score(tally, stem, one, newReader) {
    const name = (one.expected as Json).sourcetype as string;
    tally.case(stem, one.id, name, () => {
      const [event] = newReader()(inputOf(one));
      return isAmong(event, datasetsOfSourcetype(name)) ? name : told(event);
    });
  },
};

/** StreamAlert's schema of a record. */
export const schemas: Scorer = {
  takes: ({ expected }) => isObject(expected) && typeof expected.log_schema === 'string',
  score(tally, stem, one, newReader) {
    const name = (one.expected as Json).log_schema as string;
    tally.case(stem, one.id, name, () => {
      const [event] = newReader()(inputOf(one));
      return isAmong(event, datasetsOfSchema(name)) ? name : told(event);
    });
  },
};

/** Panther's log type of a record that its rules are tested with; what the rule says of it is measured elsewhere. */
export const logTypes: Scorer = {
  takes: ({ log_type: name, expected }) => typeof name === 'string' && expected === undefined,
  score(tally, stem, one, newReader) {
    const name = one.log_type!;
    tally.case(stem, one.id, name, () => {
      const [event] = newReader()(inputOf(one));
      return isAmong(event, datasetsOfLogType(name)) ? name : told(event);
    });
  },
};
