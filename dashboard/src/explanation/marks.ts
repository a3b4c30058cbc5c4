// Texts of an event that made a rule hold, found again where the event is shown.
import type { ExplainedRuleFragment } from '../gql/graphql.ts';
import type { Marker } from '../kit/marked-text.tsx';

/** Of parts of the rule that are wanted. Texts that were cut are found by what is left of them. */
export function markerOf(rules: readonly ExplainedRuleFragment[]): Marker {
  const met = rules.flatMap(({ parts }) => parts.filter(({ use }) => use !== 'excluded').flatMap(({ values }) => values.flatMap((value) => value.met)));
  const known = met.map(({ before, part, after }) => {
    const isCut = before.startsWith('…') || part.endsWith('…') || after.endsWith('…');
    const begin = before.replace(/^…/, '');
    const middle = part.replace(/…$/, '');
    return { isCut, begin, middle, core: `${begin}${middle}${part.endsWith('…') ? '' : after.replace(/…$/, '')}` };
  });
  return (text) => {
    for (const { isCut, begin, middle, core } of known) {
      const at = isCut ? text.indexOf(core) : text === core ? 0 : -1;
      if (at < 0 || middle === '') continue;
      const from = at + begin.length;
      return { before: text.slice(0, from), part: middle, after: text.slice(from + middle.length) };
    }
    return undefined;
  };
}
