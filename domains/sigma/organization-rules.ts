// Numbered sets of rules: what each organization runs, from the versions that are in force.
import type { FindingStatus, RuleState } from '../../schemas/avro/types.gen.ts';
import { findingStatus } from './finding-status.ts';
import { linkFiles, parseFile } from './rule-set.ts';
import type { ParsedFile, RuleSet, RuleSetOptions } from './rule-set.ts';

/** A version of a rule, as its topic has it. */
export interface RuleVersion {
  /** '' = of files: everybody's. */
  readonly organization: string;
  readonly ruleId: string;
  /** Number of the set that it begins with: with organization and rule it names the version. */
  readonly validFrom: number;
  readonly state: RuleState;
  /** Null: retired, or another state of a rule of all. */
  readonly text: string | null;
  /** Null: written through the API. */
  readonly file: string | null;
}

/** What one organization runs. The same object for as long as nothing of it changes, so what is built from it can be kept by it. */
export interface OrganizationRules {
  readonly set: RuleSet;
  /** Of a rule or correlation, by key. */
  readonly stateOf: (key: string) => FindingStatus;
}

/** One numbered set. */
export interface NumberedRules {
  /** 0 = the files of the process, from before there were sets. */
  readonly number: number;
  /** What organizations without rules or states of their own run. */
  readonly common: OrganizationRules;
  readonly of: (organization: string) => OrganizationRules;
}

/** The set 0: rules of files, as they were read together. Their states follow from what their authors say. */
export function numberedOf(set: RuleSet, experimental: FindingStatus): NumberedRules {
  const states = new Map([...set.rules, ...set.correlations].map(({ key, status }) => [key, findingStatus(status, experimental)]));
  const common: OrganizationRules = { set, stateOf: (key) => states.get(key) ?? 'draft' };
  return { number: 0, common, of: () => common };
}

/** Where documents that came through the API lie, for messages. */
const PLACE = 'api:';
/** Whether the rule is ours or the organization's own, not of a public rule set in a folder. */
export const isOwnRule = ({ file }: { readonly file: string }): boolean => file.startsWith(PLACE) || file.startsWith(OWN_FOLDER);
export const OWN_FOLDER = 'detections/';

const KEPT_SETS = 8;

/** Reads sets one after another; documents and organizations that did not change are not read again. */
export class RuleSetReader {
  readonly #options: RuleSetOptions;
  /** The newest version of each document. */
  readonly #parsed = new Map<string, { readonly validFrom: number; readonly file: ParsedFile }>();
  /** By what they were made from, most recent last. */
  readonly #made = new Map<string, OrganizationRules>();

  constructor(options: RuleSetOptions) {
    this.#options = options;
  }

  /** @param versions In force together, in one order in every process. */
  read(versions: Iterable<RuleVersion>, number: number): NumberedRules {
    const byOrganization = Map.groupBy(versions, ({ organization }) => organization);
    const files = byOrganization.get('') ?? [];
    const common = this.#once([files, []]);
    const made = new Map<string, OrganizationRules>();
    return {
      number,
      common,
      of: (organization) => {
        const rows = organization === '' ? undefined : byOrganization.get(organization);
        if (rows === undefined) return common;
        let rules = made.get(organization);
        if (rules === undefined) made.set(organization, (rules = this.#once([files, rows])));
        return rules;
      },
    };
  }

  #once(rows: readonly [files: readonly RuleVersion[], own: readonly RuleVersion[]]): OrganizationRules {
    const name = rows.map((each) => each.map(nameOf).join('\n')).join('\n\n');
    const known = this.#made.get(name);
    if (known !== undefined) {
      this.#made.delete(name);
      this.#made.set(name, known);
      return known;
    }
    const made = this.#make(...rows);
    this.#made.set(name, made);
    if (this.#made.size > KEPT_SETS) this.#made.delete(this.#made.keys().next().value!);
    return made;
  }

  #make(files: readonly RuleVersion[], own: readonly RuleVersion[]): OrganizationRules {
    const changed = new Map(own.filter(({ text }) => text === null).map(({ ruleId, state }) => [ruleId, state]));
    const states = new Map<string, FindingStatus>();
    const documents: ParsedFile[] = [];
    // Its own first: where two have one id, the organization's runs.
    for (const version of [...own, ...files]) {
      const { organization, ruleId, text } = version;
      const state = organization === '' && version.state !== 'retired' ? (changed.get(ruleId) ?? version.state) : version.state;
      if (text === null || state === 'retired') continue;
      documents.push(this.#document(version, text));
      if (!states.has(ruleId)) states.set(ruleId, state);
    }
    return { set: linkFiles(documents), stateOf: (key) => states.get(key) ?? 'draft' };
  }

  #document(version: RuleVersion, text: string): ParsedFile {
    const { organization, ruleId, validFrom } = version;
    const name = `${organization}/${ruleId}`;
    const known = this.#parsed.get(name);
    if (known?.validFrom === validFrom) return known.file;
    const file = parseFile({ file: version.file ?? `${PLACE}${ruleId}`, text }, this.#options);
    this.#parsed.set(name, { validFrom, file });
    return file;
  }
}

const nameOf = ({ organization, ruleId, validFrom }: RuleVersion): string => `${organization}/${ruleId}|${validFrom}`;
