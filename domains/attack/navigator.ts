// Coverage as a layer of the ATT&CK Navigator.
import type { Coverage, CoveredTechnique, TaggedRule } from './coverage.ts';
import { ATTACK_VERSION } from './techniques.ts';

/** @see https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md */
export interface Layer {
  readonly name: string;
  readonly versions: { readonly attack: string; readonly navigator: string; readonly layer: '4.5' };
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

export interface LayerOptions<R extends TaggedRule> {
  readonly name: string;
  readonly description: string;
  /** Whether a rule counts for the score; each does unless this says otherwise. */
  readonly counts?: (rule: R) => boolean;
  /** What the comment calls a rule; its title unless given. */
  readonly label?: (rule: R) => string;
  /** Facts beside a technique; rules by origin and product unless given. */
  readonly facts?: (technique: CoveredTechnique<R>) => Readonly<Record<string, number>>;
}

/** A technique shows under each of its tactics. */
export function navigatorLayer<R extends TaggedRule>({ techniques }: Coverage<R>, options: LayerOptions<R>): Layer {
  const { name, description, counts = () => true, label = ({ title }) => title, facts = origins } = options;
  const shown = techniques.map((one): LayerTechnique => {
    const more = one.rules.length - MOST_TITLES;
    return {
      techniqueID: one.technique,
      score: one.rules.filter(counts).length,
      comment: [...one.rules.slice(0, MOST_TITLES).map(label), ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
      showSubtechniques: techniques.some((other) => other.technique.startsWith(`${one.technique}.`)),
      metadata: Object.entries(facts(one)).map(([fact, count]) => ({ name: fact, value: String(count) })),
    };
  });
  return {
    name,
    versions: { attack: ATTACK_VERSION.split('.', 1)[0] ?? ATTACK_VERSION, navigator: '5.2.0', layer: '4.5' },
    domain: 'enterprise-attack',
    description,
    sorting: 3,
    layout: { layout: 'side', showID: true, showName: true, expandedSubtechniques: 'annotated' },
    techniques: shown,
    gradient: { colors: ['#ffffff', '#8ec843'], minValue: 0, maxValue: Math.min(MOST_SCORE, Math.max(1, ...shown.map(({ score }) => score))) },
  };
}

const origins = ({ byOrigin, byProduct }: CoveredTechnique): Readonly<Record<string, number>> => ({
  ...Object.fromEntries(Object.entries(byOrigin).map(([origin, count]) => [`from ${origin}`, count])),
  ...byProduct,
});
