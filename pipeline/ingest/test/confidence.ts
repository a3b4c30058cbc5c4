import type { Decoder } from '../kit.ts';
import { LIKELY, SURE } from '../kit.ts';
import { documentsOf, insideSyslog } from '../kit/document.ts';
import type { RawDocument } from '../kit/document.ts';
import type { Fixture } from './fixtures.ts';
import { APPENDED_AT } from './records.ts';

const LIMITS = { maxDepth: 50, maxFields: 20_000 };

/** What formats are asked about for the records of a fixture; each with the message inside it, where it is syslog. */
export function documentsIn({ records }: Pick<Fixture, 'records'>): readonly RawDocument[] {
  let kept: unknown;
  const memory = {
    get: () => kept,
    put: (value: unknown) => {
      kept = value;
    },
  };
  return records.flatMap((record) =>
    (documentsOf(record, { appendedAt: APPENDED_AT, zone: undefined, memory }, LIMITS) ?? []).flatMap((document) => {
      const inner = insideSyslog(document, LIMITS);
      return inner === undefined ? [document] : [document, inner];
    }),
  );
}

/** The words for how sure a format is of its fixtures. */
export function confidences(decoder: Decoder, fixtures: readonly Fixture[]): readonly string[] {
  const found = new Set<string>();
  for (const fixture of fixtures.filter(({ isOfFormat }) => isOfFormat))
    for (const document of documentsIn(fixture)) {
      const confidence = decoder.recognise(document);
      decoder.decode(document); // what it keeps for the next one
      if (confidence > 0) found.add(confidence >= SURE ? 'certain' : confidence >= LIKELY ? 'likely' : 'possible');
    }
  return ['certain', 'likely', 'possible'].filter((word) => found.has(word));
}
