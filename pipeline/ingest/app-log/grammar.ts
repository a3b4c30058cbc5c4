// Lines and messages of one program, told by what they begin with and read by one anchored pattern.
import type { Draft, Fields } from '../kit.ts';
import { newFields, setField } from '../kit.ts';

/**
 * Named groups become fields; `__` in a name goes one level down. `took_ms` and its like (`_ns`, `_us`, `_s`) are durations. In a grammar of
 * whole lines the groups `time`, `level`, `logger`, `thread`, `pid`, `file`, `line`, `function` and `message` are what a library would write.
 */
export interface Grammar {
  /** One of these stands at the beginning; `a` stands for any letter, `-` for a date with its year first, `0` for any other digit. */
  readonly begins: readonly string[];
  /** Anchored, and linear: what repeats is bounded, or stops at what may follow. */
  readonly pattern: RegExp;
  /** ECS fields by the field that they take. */
  readonly ecs?: Readonly<Record<string, string>>;
  readonly action?: string;
}
export interface Match {
  readonly grammar: Grammar;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** Longer texts are no single statement of a program. */
const LONGEST = 65_536;
const UNITS = { took_ns: 1, took_us: 1e3, took_ms: 1e6, took_s: 1e9 } as const;

/** Grammars by their first character, asked in their order. */
export class Grammars {
  readonly #byFirst = new Map<string, Grammar[]>();

  constructor(grammars: readonly Grammar[]) {
    for (const grammar of grammars)
      for (const first of new Set(grammar.begins.map((beginning) => kindOf(beginning)))) {
        const same = this.#byFirst.get(first);
        if (same === undefined) this.#byFirst.set(first, [grammar]);
        else same.push(grammar);
      }
  }

  match(text: string): Match | undefined {
    if (text.length > LONGEST) return undefined;
    for (const grammar of this.#byFirst.get(kindOf(text)) ?? []) {
      if (!grammar.begins.some((beginning) => KINDS.has(beginning) || text.startsWith(beginning))) continue;
      const groups = grammar.pattern.exec(text)?.groups;
      if (groups !== undefined) return { grammar, groups };
    }
    return undefined;
  }
}
const KINDS = new Set(['0', '-', 'a']);
/** The first character, or its kind. */
function kindOf(text: string): string {
  if (KINDS.has(text)) return text;
  const code = text.charCodeAt(0);
  if (code >= 48 && code <= 57) return text.charCodeAt(4) === 45 ? '-' : '0';
  return (code | 32) >= 97 && (code | 32) <= 122 ? 'a' : text.slice(0, 1);
}

/** The groups as they are written, below each other where their names say so. */
export function fieldsOf({ groups }: Match): Fields {
  const fields = newFields();
  for (const [name, value] of Object.entries(groups)) {
    if (value === undefined) continue;
    const parts = name.split('__');
    let inner: Record<string, unknown> = fields;
    for (const part of parts.slice(0, -1)) inner = (inner[part] ??= newFields()) as Record<string, unknown>;
    inner[parts.at(-1)!] = value;
  }
  return fields;
}

export function setGrammar(event: Draft, { grammar, groups }: Match): void {
  if (grammar.action !== undefined) event.action = grammar.action;
  for (const [name, group] of Object.entries(grammar.ecs ?? {})) setField(event, name, groups[group]);
  for (const [name, unit] of Object.entries(UNITS)) {
    const took = Number(groups[name]?.replaceAll(',', '') ?? Number.NaN);
    if (Number.isFinite(took)) setField(event, 'event.duration', Math.round(took * unit));
  }
}
