// Transforms of one connector, one after the other.
import { RecordError } from '../../../pipeline/core/errors.ts';
import type { Form } from '../settings/common-options.ts';
import type { Step, Test } from './definition.ts';
import type { TransformRecord, Transforms } from './record.ts';
import { ConversionError, DataError, Working } from './working.ts';

export interface Link {
  readonly alias: string;
  readonly className: string;
  readonly step: Step;
  /** null = always. */
  readonly condition: { readonly className: string; readonly test: Test; readonly negate: boolean } | null;
}
export interface Forms {
  readonly key: Form;
  readonly value: Form;
}

export function chain(links: readonly Link[], forms: Forms): Transforms {
  return {
    any: links.length > 0,
    apply(record) {
      if (links.length === 0) return record;
      const working = new Working(record, forms);
      for (const link of links) if (!applied(link, working)) return null;
      return settled(record, working, links.at(-1)!);
    },
  };
}

/** False when the record is left out. */
function applied(link: Link, working: Working): boolean {
  const { step, condition } = link;
  let at = condition?.className ?? link.className;
  try {
    if (condition !== null && condition.test(working) === condition.negate) return true;
    at = link.className;
    return step(working) !== false;
  } catch (error) {
    throw failure(error, link.alias, at);
  }
}

function settled(record: TransformRecord, working: Working, last: Link): TransformRecord {
  const { topic, timestampMs, headers } = working;
  try {
    return { ...record, topic, timestampMs, headers, key: working.key.toBytes(), value: working.value.toBytes() };
  } catch (error) {
    throw failure(error, last.alias, last.className);
  }
}

const CONVERTER = { key: 'KEY_CONVERTER', value: 'VALUE_CONVERTER' } as const;

/** Whatever a document holds, it is one record that fails: what is nested too deeply is more than the stack holds, the rest a bug of ours. */
function failure(error: unknown, alias: string, className: string): RecordError {
  const isConversion = error instanceof ConversionError;
  const isExpected = error instanceof DataError || isConversion;
  const message = isExpected ? error.message : error instanceof RangeError ? 'The document is nested too deeply, or too large.' : String(error);
  const details = {
    alias,
    stage: isConversion ? CONVERTER[error.half] : 'TRANSFORMATION',
    className: isConversion ? 'org.apache.kafka.connect.json.JsonConverter' : className,
    exception: 'org.apache.kafka.connect.errors.DataException',
  };
  return new RecordError(isExpected || error instanceof RangeError ? 'TRANSFORM_FAILED' : 'UNEXPECTED', message, details, { cause: error });
}
