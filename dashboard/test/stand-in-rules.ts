// Rules and exceptions of the stand-in: some by hand, many in number. Saving, states and exceptions are kept; texts are judged by two plain checks.
import { GraphQLError } from 'graphql';
import { chance, type StandInEvent } from './stand-in-events.ts';

type State = 'draft' | 'test' | 'production' | 'retired';
interface Version {
  readonly version: number;
  readonly set: number;
  readonly state: State;
  readonly hash: string;
  readonly text: string | null;
  readonly writtenAt: string;
  readonly writtenBy: string;
}
export interface StandInRule {
  readonly id: string;
  title: string;
  state: State;
  version: number;
  set: number;
  text: string;
  readonly file: string | null;
  shadowedBecause: string | null;
  readonly versions: Version[];
  readonly hitsADay: number;
  readonly [field: string]: unknown;
}
interface Filter {
  readonly search?: string | null;
  readonly state?: readonly State[] | null;
  readonly minLevel?: string | null;
  readonly origin?: string | null;
  readonly technique?: string | null;
  readonly hasHits?: boolean | null;
}
export interface StandInException {
  readonly id: string;
  endedAt: string | null;
  endedBy: string | null;
  isActive: boolean;
  readonly ruleIds: readonly string[];
  readonly [field: string]: unknown;
}

const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'];
const HOUR_MS = 3_600_000;
const TECHNIQUES: readonly (readonly [tactic: string, technique: string])[] = [
  ['initial-access', 'T1078'],
  ['execution', 'T1059.001'],
  ['execution', 'T1059.003'],
  ['persistence', 'T1543.003'],
  ['privilege-escalation', 'T1548.002'],
  ['defense-evasion', 'T1562.001'],
  ['credential-access', 'T1003.001'],
  ['credential-access', 'T1003.002'],
  ['credential-access', 'T1110.003'],
  ['discovery', 'T1033'],
  ['lateral-movement', 'T1021.002'],
  ['command-and-control', 'T1071.004'],
];
const iso = (ms: number): string => new Date(ms).toISOString();
const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const textOf = (id: string, title: string, level: string, technique: string, tactic: string, image: string): string => `title: ${title}
id: ${id}
status: experimental
description: ${title}, as attackers do it before they read what the machine keeps.
author: Marisol Okafor
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    Image|endswith: '\\${image}'
    CommandLine|contains|all:
      - ' /y '
      - ' /vss '
  filter:
    User|endswith: svc_backup
  condition: selection and not filter
falsepositives:
  - Backups that are made by hand
level: ${level}
tags:
  - attack.${tactic}
  - attack.${technique.toLowerCase()}
`;

export class Rules {
  readonly rules: StandInRule[];
  readonly exceptions: StandInException[] = [];
  set = 12;
  readonly #now: number;

  constructor(now: number, count = 400) {
    this.#now = now;
    this.rules = Array.from({ length: count }, (_, n) => this.#made(n));
  }

  #made(n: number): StandInRule {
    const [tactic, technique] = TECHNIQUES[n % TECHNIQUES.length] as readonly [string, string];
    const titles = ['Copy of SAM with Esentutl', 'LSASS Opened by an Unusual Program', 'Whoami Run by SYSTEM', 'Shadow Copies Deleted'];
    const title = titles[n] ?? `Unusual Program ${String(n).padStart(3, '0')} Started`;
    const level = LEVELS[4 - (n % 5)] as string;
    const state: State = n % 9 === 5 ? 'draft' : n % 9 === 7 ? 'test' : 'production';
    const file = n % 3 === 0 ? null : `detections/windows/rule-${n}.yml`;
    const id = idOf(n + 1);
    const text = textOf(id, title, level, technique, tactic, 'esentutl.exe');
    const at = (days: number) => iso(this.#now - days * 24 * HOUR_MS);
    const versions: Version[] = [
      { version: 3, set: 11, state, hash: 'c'.repeat(12), text, writtenAt: at(1), writtenBy: 'ada' },
      { version: 2, set: 7, state: 'draft', hash: 'b'.repeat(12), text: text.replace("      - ' /vss '\n", ''), writtenAt: at(6), writtenBy: 'grace' },
      { version: 1, set: 2, state: 'draft', hash: 'a'.repeat(12), text: text.replace("      - ' /vss '\n", '').replace('  filter:\n    User|endswith: svc_backup\n', '').replace(' and not filter', ''), writtenAt: at(20), writtenBy: 'grace' },
    ]; // prettier-ignore
    return {
      id,
      title,
      kind: n % 40 === 11 ? 'correlation' : 'rule',
      level,
      state,
      shadowedBecause: n === 2 ? 'more than 500 findings in an hour' : null,
      version: 3,
      hash: 'c'.repeat(12),
      set: 11,
      origin: file === null ? 'api' : 'file',
      file,
      text,
      description: `${title}, as attackers do it before they read what the machine keeps.`,
      author: n % 7 === 4 ? null : 'Marisol Okafor',
      license: 'Apache-2.0',
      references: ['https://rules.example.org/esentutl'],
      falsepositives: ['Backups that are made by hand'],
      tags: [`attack.${tactic}`, `attack.${technique.toLowerCase()}`],
      techniques: [technique],
      logsource: { product: 'windows', category: 'process_creation', service: null },
      writtenAt: at(1),
      writtenBy: 'ada',
      versions,
      hitsADay: n % 4 === 0 ? Math.floor(chance(n) * 300) : 0,
      lastHitAt: n % 4 === 0 ? iso(this.#now - 20 * 60_000) : null,
      verdicts: n % 5 === 0 ? { truePositive: 7, falsePositive: 2, benign: 1, none: 3 } : { truePositive: 0, falsePositive: 0, benign: 0, none: 0 },
      suppressed: () => (n === 0 ? 3 : 0),
      hits: ({ hours }: { hours: number }) => Math.round((n % 4 === 0 ? Math.floor(chance(n) * 300) : 0) * (hours / 24) * (hours > 24 ? 0.9 : 1)),
      noise: () => (n % 4 === 0 ? chance(n) / 12 : 0),
    };
  }

  list({ search, state, minLevel, origin, technique, hasHits }: Filter): readonly StandInRule[] {
    return this.rules
      .filter(
        (rule) =>
          (state ?? ['draft', 'test', 'production']).includes(rule.state) &&
          `${rule.title} ${rule.id}`.toLowerCase().includes((search ?? '').toLowerCase()) &&
          LEVELS.indexOf(String(rule['level'])) >= LEVELS.indexOf(minLevel ?? 'informational') &&
          (origin === null || origin === undefined || rule['origin'] === origin) &&
          (technique === null || technique === undefined || (rule['techniques'] as string[]).some((one) => one.startsWith(technique))) &&
          (hasHits !== true || rule.hitsADay > 0),
      )
      .toSorted((a, b) => a.title.localeCompare(b.title));
  }

  one(id: string): StandInRule | null {
    return this.rules.find((rule) => rule.id === id) ?? null;
  }

  problems(text: string): readonly { line: number; isRefusal: boolean; reason: string }[] {
    const at = (part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;
    if (text.includes('|nearly')) return [{ line: at('|nearly'), isRefusal: true, reason: 'unknown modifier "nearly" in "Image|nearly"' }];
    if (!text.includes('condition:')) return [{ line: 1, isRefusal: true, reason: 'there is no condition' }];
    return text.includes('Imagee') ? [{ line: at('Imagee'), isRefusal: false, reason: 'no known event of its log source has a field "Imagee"; the nearest that one has is "Image"' }] : []; // prettier-ignore
  }

  add(text: string, state: State): StandInRule {
    this.#check(text);
    const rule = { ...this.#made(0), id: idOf(this.rules.length + 1000), title: titleOf(text), file: null, origin: 'api', versions: [], version: 0 };
    this.rules.push(rule);
    return this.#write(rule, text, state);
  }

  change(id: string, { text, state, version }: { text?: string | null; state?: State | null; version?: number | null }): StandInRule {
    const rule = this.one(id);
    if (rule === null) throw new GraphQLError('There is no rule of this id.', { extensions: { code: 'NOT_FOUND' } });
    if (version !== null && version !== undefined && version !== rule.version)
      throw new GraphQLError('Somebody has changed the rule meanwhile: read it again, and change what is there now.', { extensions: { code: 'CONFLICT' } });
    if (typeof text === 'string') this.#check(text);
    return this.#write(rule, text ?? null, state ?? rule.state);
  }

  #check(text: string): void {
    const [refusal] = this.problems(text).filter(({ isRefusal }) => isRefusal);
    if (refusal !== undefined) throw new GraphQLError(`Line ${refusal.line}: ${refusal.reason}.`, { extensions: { code: 'INVALID_RULE' } });
  }

  #write(rule: StandInRule, text: string | null, state: State): StandInRule {
    this.set += 1;
    const writtenAt = iso(Date.now());
    Object.assign(rule, {
      state,
      version: rule.version + 1,
      set: this.set,
      writtenAt,
      writtenBy: 'admin',
      ...(text === null ? {} : { text, title: titleOf(text) }),
    });
    rule.versions.unshift({ version: rule.version, set: this.set, state, hash: 'd'.repeat(12), text, writtenAt, writtenBy: 'admin' });
    return rule;
  }

  trial(text: string, hours: number, events: readonly StandInEvent[]) {
    this.#check(text);
    const looked = hours * 1_280;
    return {
      looked,
      matched: events.length,
      isWhole: hours === 1,
      from: iso(Date.now() - hours * HOUR_MS),
      to: iso(Date.now()),
      samples: events.map((event) => ({ event, why: [{ name: 'Image', value: String.raw`C:\Windows\System32\esentutl.exe` }] })),
    };
  }

  explanation(text: string) {
    this.#check(text);
    const plain = { use: null, has: null, foundAs: null, seen: [], values: [], valueCount: 0 };
    const image = {
      value: String.raw`\esentutl.exe`,
      holds: true,
      met: [{ path: null, before: String.raw`C:\Windows\System32`, part: String.raw`\esentutl.exe`, after: '' }],
    };
    return {
      matches: false,
      parts: [
        { ...plain, depth: 0, kind: 'logsource', text: 'product: windows', holds: true, has: 'value', seen: ['windows'] },
        { ...plain, depth: 0, kind: 'logsource', text: 'category: process_creation', holds: true, has: 'value', seen: ['process_creation'] },
        { ...plain, depth: 0, kind: 'condition', text: 'selection and not filter', holds: false },
        { ...plain, depth: 1, kind: 'and', text: 'and', holds: false },
        { ...plain, depth: 2, kind: 'selection', text: 'selection', holds: false },
        { ...plain, depth: 2, kind: 'not', text: 'not', holds: true },
        { ...plain, depth: 3, kind: 'selection', text: 'filter', holds: false },
        { ...plain, depth: 0, kind: 'selection', text: 'selection', holds: false },
        { ...plain, depth: 1, kind: 'and', text: 'and', holds: false },
        { use: 'wanted', depth: 2, kind: 'entry', text: 'Image|endswith', holds: true, has: 'value', foundAs: 'NewProcessName', seen: [String.raw`C:\Windows\System32\esentutl.exe`], values: [image], valueCount: 1 },
        { use: 'wanted', depth: 2, kind: 'entry', text: 'CommandLine|contains|all', holds: false, has: 'value', foundAs: null, seen: [String.raw`esentutl.exe /y C:\x`], values: [{ value: ' /y ', holds: true, met: [{ path: null, before: 'esentutl.exe', part: ' /y ', after: String.raw`C:\x` }] }, { value: ' /vss ', holds: false, met: [] }], valueCount: 2 },
        { ...plain, depth: 0, kind: 'selection', text: 'filter', holds: false },
        { use: 'excluded', depth: 1, kind: 'entry', text: 'User|endswith', holds: false, has: 'missing', foundAs: null, seen: [], values: [{ value: 'svc_backup', holds: false, met: [] }], valueCount: 1 },
      ],
    }; // prettier-ignore
  }

  coverage(hours: number) {
    const byTechnique = Map.groupBy(
      this.rules.filter(({ state }) => state !== 'retired'),
      (rule) => (rule['techniques'] as string[])[0] as string,
    );
    return [...byTechnique]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([technique, rules]) => {
        const shown = rules.map((rule) => ({
          id: rule.id,
          title: rule.title,
          level: rule['level'],
          state: rule.state,
          hits: Math.round((rule.hitsADay * hours) / 24),
        }));
        return {
          technique,
          name: `Family of ${technique.slice(0, 5)}: ${technique}`,
          family: `Family of ${technique.slice(0, 5)}`,
          tactics: [TECHNIQUES.find(([, one]) => one === technique)?.[0]],
          rules: shown,
          hits: shown.reduce((sum, { hits }) => sum + hits, 0),
        };
      });
  }

  coverageLayer(hours: number): string {
    const techniques = this.coverage(hours).map(({ technique, rules }) => ({ techniqueID: technique, score: rules.length }));
    return JSON.stringify({ versions: { layer: '4.5' }, techniques });
  }

  draft(fields: readonly string[] | null | undefined, ruleIds: readonly string[]) {
    const known = [
      { name: 'Image', value: String.raw`C:\Windows\System32\esentutl.exe` },
      { name: 'CommandLine', value: String.raw`esentutl.exe /y /vss C:\windows/system32/config/SAM /d C:\temp\sam.save` },
      { name: 'User', value: String.raw`THESHIRE\svc_backup` },
      { name: 'Computer', value: 'WORKSTATION5.theshire.local' },
      { name: 'ParentImage', value: String.raw`C:\Windows\System32\cmd.exe` },
    ];
    const picked = fields ?? ['Image', 'CommandLine'];
    return {
      ruleIds,
      fields: known,
      conditions: Object.fromEntries(known.filter(({ name }) => picked.includes(name)).map(({ name, value }) => [name, value])),
    };
  }

  effect(conditions: Readonly<Record<string, unknown>>) {
    const suppressed = Math.max(1, 40 - 13 * Object.keys(conditions).length);
    return { looked: 48, suppressed, isWhole: true, alerts: Math.ceil(suppressed / 4), examples: [] };
  }

  except(input: Readonly<Record<string, unknown>>): StandInException {
    const exception = {
      ...(input as { ruleIds: readonly string[] }),
      id: idOf(9000 + this.exceptions.length),
      createdAt: iso(Date.now()),
      createdBy: 'admin',
      endedAt: null,
      endedBy: null,
      isActive: true,
      suppressed: 0,
    };
    this.exceptions.unshift(exception);
    return exception;
  }

  endException(id: string): StandInException {
    const found = this.exceptions.find((one) => one.id === id && one.isActive);
    if (found === undefined) throw new GraphQLError('There is no exception of this id that holds.', { extensions: { code: 'NOT_FOUND' } });
    return Object.assign(found, { isActive: false, endedAt: iso(Date.now()), endedBy: 'admin' });
  }
}

const titleOf = (text: string): string => /^title: *(.+)$/m.exec(text)?.[1] ?? 'Untitled';
