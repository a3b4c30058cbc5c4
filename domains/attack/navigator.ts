// Coverage as a layer of the ATT&CK Navigator.
import type { Coverage } from './coverage.ts';

/** @see https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md */
export interface Layer {
  readonly name: string;
  readonly versions: { readonly navigator: string; readonly layer: '4.5' };
  readonly domain: 'enterprise-attack';
  readonly description: string;
  readonly sorting: 3;
  readonly layout: { readonly layout: 'side'; readonly showID: true; readonly showName: true; readonly expandedSubtechniques: 'annotated' };
  readonly techniques: readonly LayerTechnique[];
  readonly gradient: { readonly colors: readonly string[]; readonly minValue: 0; readonly maxValue: number };
}
export interface LayerTechnique {
  readonly techniqueID: string;
  /** How many rules. */
  readonly score: number;
  /** Their titles. */
  readonly comment: string;
  readonly showSubtechniques: boolean;
  readonly metadata: readonly { readonly name: string; readonly value: string }[];
}

const MOST_TITLES = 20;
/** More rules than this look alike, so that one technique with many does not make the others pale. */
const MOST_SCORE = 10;

/** A technique shows under each of its tactics, as rules name tactics for themselves and not for each technique. */
export const navigatorLayer = ({ techniques }: Coverage, name: string, description: string): Layer => ({
  name,
  versions: { navigator: '5.2.0', layer: '4.5' },
  domain: 'enterprise-attack',
  description,
  sorting: 3,
  layout: { layout: 'side', showID: true, showName: true, expandedSubtechniques: 'annotated' },
  techniques: techniques.map(({ technique, rules, byOrigin, byProduct }) => ({
    techniqueID: technique,
    score: rules.length,
    comment: [...rules.slice(0, MOST_TITLES).map(({ title }) => title), ...(rules.length > MOST_TITLES ? [`and ${rules.length - MOST_TITLES} more`] : [])].join(
      '\n',
    ),
    showSubtechniques: techniques.some((other) => other.technique.startsWith(`${technique}.`)),
    metadata: [
      ...Object.entries(byOrigin).map(([origin, count]) => ({ name: `from ${origin}`, value: String(count) })),
      ...Object.entries(byProduct).map(([product, count]) => ({ name: product, value: String(count) })),
    ],
  })),
  gradient: { colors: ['#ffffff', '#8ec843'], minValue: 0, maxValue: Math.min(MOST_SCORE, Math.max(1, ...techniques.map(({ rules }) => rules.length))) },
});
