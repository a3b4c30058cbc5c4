// Trees of rules become Sigma rules, and composite rules correlations. In Wazuh a child takes the event from its parent, so a parent's
// condition leaves out what its children ask for, those of level 0 included.
import { createHash } from 'node:crypto';
import { COLLECTORS, LOGSOURCES } from './names.ts';
import type { Logsource } from './names.ts';
import { compositeOf, isComposite } from './composite.ts';
import { CannotSay, cannotSay } from './rule.ts';
import type { Unsaid, WazuhRule } from './rule.ts';
import { logsourceOf, selectionsOf } from './selection.ts';

export interface ConvertOptions {
  /** Of rules whose decoder says nothing. */
  readonly logsource?: Logsource;
  /** Names of fields in events, by their name in Wazuh. */
  readonly fields?: Readonly<Record<string, string>>;
}
export interface Converted {
  /** Sigma documents as plain values. */
  readonly documents: readonly { readonly wazuhId: string; readonly body: Readonly<Record<string, unknown>> }[];
  /** Rules that are left out. */
  readonly refused: readonly Unsaid[];
  /** What of rules that were converted is not quite the same. */
  readonly notes: readonly Unsaid[];
}
/** A condition over search identifiers, and these. */
interface Asked {
  readonly text: string;
  readonly selections: ReadonlyMap<string, unknown>;
}

const MAX_PARENTS = 64;

export function convertWazuh(all: readonly WazuhRule[], options: ConvertOptions = {}): Converted {
  const conversion = new Conversion(all, options);
  const documents: Converted['documents'][number][] = [];
  const refused: Unsaid[] = [...conversion.overwritten];
  for (const rule of conversion.rules) {
    try {
      documents.push(...conversion.documentsOf(rule));
    } catch (error) {
      if (!(error instanceof CannotSay)) throw error;
      refused.push(conversion.unsaid(rule, error.message));
    }
  }
  return { documents, refused, notes: [...conversion.notes.values()] };
}

class Conversion {
  readonly rules: readonly WazuhRule[];
  readonly overwritten: readonly Unsaid[];
  /** By rule and reason. */
  readonly notes = new Map<string, Unsaid>();
  readonly #counting = new Set<string>();
  readonly #byId: ReadonlyMap<string, WazuhRule>;
  readonly #options: ConvertOptions;
  /** Those that composite rules count: they are documents also where they make no alert. */
  readonly #counted: ReadonlySet<string>;

  constructor(all: readonly WazuhRule[], options: ConvertOptions) {
    const byId = new Map<string, WazuhRule>();
    const overwritten: Unsaid[] = [];
    for (const rule of all) {
      if (byId.has(rule.id) && rule.attributes['overwrite'] !== 'yes')
        overwritten.push(this.unsaid(rule, `there is already a rule ${rule.id}, and it does not say overwrite="yes"`));
      else byId.set(rule.id, rule);
    }
    this.#byId = byId;
    this.#options = options;
    this.rules = [...byId.values()];
    this.overwritten = overwritten;
    this.#counted = new Set(this.rules.filter(isComposite).flatMap((rule) => [...this.#countedBy(rule), ...idsIn(rule.elements, 'if_sid')]));
  }

  unsaid({ file, line, id }: WazuhRule, reason: string): Unsaid {
    return { file, line, id, reason };
  }

  #note(rule: WazuhRule, reason: string): void {
    this.notes.set(`${rule.id} ${reason}`, this.unsaid(rule, reason));
  }

  /** None for a rule that only gathers others. @throws CannotSay */
  documentsOf(rule: WazuhRule): Converted['documents'] {
    const isSilent = rule.level === 0 || rule.attributes['noalert'] === '1';
    if (isSilent && !this.#counted.has(rule.id)) return [];
    const common = commonOf(rule);
    if (rule.attributes['ignore'] !== undefined)
      this.#note(rule, `it is silent for ${rule.attributes['ignore']} s after it fired, which alerts here are by themselves`);
    if (isComposite(rule)) {
      const bases = this.#countedBy(rule);
      for (const id of [...bases, ...idsIn(rule.elements, 'if_sid')]) this.#mustBeSaid(id);
      const correlation = compositeOf(rule, bases, this.#options.fields ?? {});
      const isLoud = bases.some((id) => (this.#byId.get(id)?.level ?? 0) > 0);
      return [{ wazuhId: rule.id, body: { ...common, correlation: { ...correlation, ...(isLoud && { generate: true }) } } }];
    }
    const logsource = this.#logsourceOf(rule);
    const { text, selections } = this.#asked(rule, logsource, []);
    if (selections.size === 0) return cannotSay('it asks nothing of an event but its log source');
    const exclusions = this.#childrenOf(rule).flatMap((child) => this.#exclusion(rule, child, logsource));
    const condition = [text, ...exclusions.map((one) => `not ${grouped(one.text)}`)].join(' and ');
    const detection = { ...Object.fromEntries([...selections, ...exclusions.flatMap((one) => [...one.selections])]), condition };
    return [{ wazuhId: rule.id, body: { ...common, logsource, detection } }];
  }

  #countedBy({ elements }: WazuhRule): readonly string[] {
    const groups = elements.filter(({ name }) => name === 'if_matched_group').flatMap(({ text }) => this.#inGroup(text));
    return [...idsIn(elements, 'if_matched_sid'), ...groups.map(({ id }) => id)];
  }

  #inGroup(group: string): readonly WazuhRule[] {
    return this.rules.filter((rule) => rule.groups.includes(group) && !isComposite(rule) && rule.level > 0);
  }

  /** @throws CannotSay, with the reason of the one that it counts */
  #mustBeSaid(id: string): void {
    const rule = this.#byId.get(id);
    if (rule === undefined) return cannotSay(`it counts rule ${id}, which is not in the files given`);
    if (this.#counting.has(id)) return cannotSay('it counts itself');
    this.#counting.add(id);
    try {
      this.documentsOf(rule);
    } catch (error) {
      if (!(error instanceof CannotSay)) throw error;
      cannotSay(`it counts rule ${id}, which cannot be said: ${error.message}`);
    } finally {
      this.#counting.delete(id);
    }
  }

  #parentsOf({ elements }: WazuhRule): readonly string[] {
    const groups = elements
      .filter(({ name }) => name === 'if_group')
      .flatMap(({ text }) => {
        const inGroup = this.rules.filter((rule) => rule.groups.includes(text) && !isComposite(rule)).map(({ id }) => id);
        return inGroup.length > 0 ? inGroup : cannotSay(`no rule of the group "${text}" is in the files given`);
      });
    return [...idsIn(elements, 'if_sid'), ...groups];
  }

  #childrenOf({ id, groups }: WazuhRule): readonly WazuhRule[] {
    const isChild = ({ elements }: WazuhRule) =>
      idsIn(elements, 'if_sid').includes(id) || elements.some(({ name, text }) => name === 'if_group' && groups.includes(text));
    return this.rules.filter((rule) => !isComposite(rule) && rule.id !== id && isChild(rule));
  }

  #exclusion(rule: WazuhRule, child: WazuhRule, logsource: Logsource): readonly Asked[] {
    try {
      const own = this.#own(child, logsource);
      if (own.selections.size > 0) return [own];
      this.#note(rule, `its child ${child.id} takes all of its events in Wazuh; here both fire`);
    } catch (error) {
      if (!(error instanceof CannotSay)) throw error;
      this.#note(rule, `its child ${child.id}, which cannot be said, takes events from it in Wazuh; here it fires for them, too`);
    }
    return [];
  }

  #logsourceOf(rule: WazuhRule, seen: readonly string[] = []): Logsource {
    const own = logsourceOf(rule);
    if (own !== undefined) return own;
    if (!seen.includes(rule.id))
      for (const parent of idsIn(rule.elements, 'if_sid')) {
        const known = this.#byId.get(parent);
        const collector = COLLECTORS[parent];
        if (known === undefined && collector !== undefined) return LOGSOURCES[collector]!;
        if (known !== undefined) return this.#logsourceOf(known, [...seen, rule.id]);
        cannotSay(`its parent ${parent} is not in the files given`);
      }
    const decoder = rule.elements.find(({ name }) => name === 'decoded_as')?.text;
    return (
      this.#options.logsource ??
      cannotSay(
        decoder === undefined
          ? 'no decoder says of which log source it is; say --logsource'
          : `the decoder "${decoder}" is of no known log source; say --logsource`,
      )
    );
  }

  #own(rule: WazuhRule, logsource: Logsource): Asked {
    const selections = selectionsOf(rule, logsource, this.#options.fields ?? {}).map(({ value, isNegated }, at) => ({
      name: `r${rule.id}_${at + 1}`,
      value,
      isNegated,
    }));
    return {
      text: selections.map(({ name, isNegated }) => (isNegated ? `not ${name}` : name)).join(' and '),
      selections: new Map(selections.map(({ name, value }) => [name, value])),
    };
  }

  /** The rule's own questions and those of its parents, of whom one must hold. */
  #asked(rule: WazuhRule, logsource: Logsource, below: readonly string[]): Asked {
    if (below.includes(rule.id)) return cannotSay('it is its own parent');
    if (below.length > MAX_PARENTS) return cannotSay(`it has more than ${MAX_PARENTS} parents above one another`);
    if (isComposite(rule)) return cannotSay(`its parent ${rule.id} is a composite rule`);
    const own = this.#own(rule, logsource);
    const parents = this.#parentsOf(rule).map((id): Asked => {
      const parent = this.#byId.get(id);
      if (parent !== undefined) return this.#asked(parent, logsource, [...below, rule.id]);
      return Object.hasOwn(COLLECTORS, id) ? { text: '', selections: new Map() } : cannotSay(`its parent ${id} is not in the files given`);
    });
    const isAny = parents.length === 0 || parents.some(({ text }) => text === '');
    const above = isAny ? '' : parents.length === 1 ? parents[0]!.text : `(${parents.map(({ text }) => grouped(text)).join(' or ')})`;
    return {
      text: [above, own.text].filter((text) => text !== '').join(' and '),
      selections: new Map([...(isAny ? [] : parents.flatMap(({ selections }) => [...selections])), ...own.selections]),
    };
  }
}

const grouped = (text: string): string => (/ and | or |^not /.test(text) ? `(${text})` : text);

const idsIn = (elements: WazuhRule['elements'], name: string): readonly string[] =>
  elements.filter((element) => element.name === name).flatMap(({ text }) => text.split(/[\s,]+/).filter((id) => id !== ''));

const LEVELS: readonly (readonly [least: number, level: string])[] = [
  [15, 'critical'],
  [12, 'high'],
  [7, 'medium'],
  [4, 'low'],
  [0, 'informational'],
];

function commonOf({ id, level, description, groups, mitre }: WazuhRule): Readonly<Record<string, unknown>> {
  const hash = createHash('sha256').update(`wazuh rule ${id}`).digest('hex');
  const tags = mitre.filter((technique) => /^T\d{4}(\.\d{3})?$/.test(technique)).map((technique) => `attack.${technique.toLowerCase()}`);
  return {
    title: description.slice(0, 256),
    id: `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`,
    name: `wazuh_${id}`,
    status: 'experimental',
    description,
    ...(tags.length > 0 && { tags }),
    level: LEVELS.find(([least]) => level >= least)![1],
    wazuh: { id: Number(id), level, ...(groups.length > 0 && { groups }) },
  };
}
