// The register of exceptions: drafts from alerts, what one would have done, adding, ending.
import { z } from 'zod';
import { canonicalNames, whyRefused } from '../../domains/sigma/index.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import { alertsByIds } from '../../store/queries/alerts.ts';
import { eventsByIds } from '../../store/queries/events.ts';
import type { EventRow } from '../../store/queries/events.ts';
import { evidenceOf } from '../../store/queries/evidence.ts';
import { addException, alertsOfFindings, endException, exceptionById, findingsToJudge, logsourcesOf } from '../../store/queries/exceptions.ts';
import type { ExceptionRow, JudgedFinding } from '../../store/queries/exceptions.ts';
import { fieldNames } from '../../store/queries/fields.ts';
import { findingsByIds } from '../../store/queries/findings.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { EventRef } from '../../schemas/avro/types.gen.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem, notFound } from '../gate/problem.ts';
import { text, time } from '../rest/kit.ts';
import type { Detection } from './detection.ts';
import { canonicalOf } from './documents.ts';
import { draftOf } from './exception-draft.ts';
import type { ExceptionDraft } from './exception-draft.ts';

const MOST_BYTES = 65_536;
/** Maps of lists of values, in a list; what goes deeper is none, and is not looked at. */
const MOST_LEVELS = 10;
const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));
const conditions = z.unknown().superRefine((value, context) => {
  const reason = isDeeper(value, MOST_LEVELS) ? 'Nested too deeply' : whyRefused(value);
  if (reason !== null) context.addIssue({ code: 'custom', message: `${reason}.` });
  else if (JSON.stringify(value).length > MOST_BYTES) context.addIssue({ code: 'custom', message: `Longer than ${MOST_BYTES} characters.` });
});
const ruleIds = z.array(text(200).min(1)).max(100).meta({ description: 'Rules and correlations that it is for. Empty: all.' });

/** What is asked before one is saved. */
export const effectQuestion = z.strictObject({
  conditions: conditions.meta({
    description:
      'A search identifier of Sigma: a map of fields, for example {"Image|endswith": "\\\\backup.exe"}, or a list of maps of which one must hold. Fields are those of the sensor\'s document, else those of ECS: host.name, process.executable.',
  }),
  ruleIds,
  days: z.int().min(1).max(30).default(7),
});
/** What makes one. */
export const newException = z.strictObject({
  conditions: effectQuestion.shape.conditions,
  ruleIds,
  owner: text(200).min(1).meta({ description: 'Who answers for it.' }),
  reason: text(2_000).min(1),
  expiresAt: time.meta({ description: 'ISO 8601 with a zone. Until then what meets it makes no alerts.' }),
});

export interface ExceptionEffect {
  /** Findings that were looked at. */
  readonly looked: number;
  readonly suppressed: number;
  /** False: there were more than are looked at. */
  readonly isWhole: boolean;
  /** Alerts that would have lost a finding. */
  readonly alerts: number;
  /** Newest first. */
  readonly examples: readonly JudgedFinding[];
}

const DAY: Micros = 86_400_000_000;
const LONGEST: Micros = 366 * DAY;
const MOST_FINDINGS = 1_000;
const MOST_EVENTS_EACH = 10; // of a correlation
const EXAMPLES = 10;

interface ExceptionDeps {
  readonly run: InOrganization;
  readonly detection: Detection | undefined;
  readonly wallMicros: () => Micros;
}

export class ExceptionRegister {
  readonly #deps: ExceptionDeps;

  constructor(deps: ExceptionDeps) {
    this.#deps = deps;
  }

  /**
   * @throws ApiProblem INVALID_REQUEST when it would have expired, or holds for more than a year, or asks for a field that no event of its rules is
   *   known to have
   */
  async add({ user, organization }: Principal, exception: z.output<typeof newException>): Promise<ExceptionRow> {
    const { run, wallMicros } = this.#deps;
    const now = wallMicros();
    const untimely = () =>
      new ApiProblem('INVALID_REQUEST', 'An exception ends within a year: say when.', {
        errors: [{ pointer: '/body/expiresAt', detail: 'In the future, within 366 days.' }],
      });
    if (exception.expiresAt <= now || exception.expiresAt > now + LONGEST) throw untimely();
    const unknown = await this.#unknownFields(organization, exception);
    if (unknown.length > 0)
      throw new ApiProblem('INVALID_REQUEST', 'An exception with these conditions would suppress nothing: take fields that the events have.', {
        errors: unknown.map((detail) => ({ pointer: '/body/conditions', detail: `${detail}.` })),
      });
    return run(organization, async (sql) => {
      const id = await addException(sql, user, exception).catch((error: unknown) => {
        throw (error as { readonly code?: unknown }).code === '23514' ? untimely() : error; // by the clock of the database
      });
      return (await exceptionById(sql, id))!;
    });
  }

  /** As sentences; of several rules what is unknown to all. Of correlations, and of all rules at once, nothing is known. */
  async #unknownFields(
    organization: string,
    { ruleIds: ids, conditions: asked }: Pick<z.output<typeof newException>, 'ruleIds' | 'conditions'>,
  ): Promise<readonly string[]> {
    const { run, detection } = this.#deps;
    if (detection === undefined || ids.length === 0) return [];
    const { rules, known } = await run(organization, async (sql) => ({ rules: await logsourcesOf(sql, ids), known: await fieldNames(sql) }));
    if (rules.length < ids.length || rules.some(({ logsource }) => logsource === null)) return [];
    const names = [...known, ...canonicalNames(asked)];
    const each = await Promise.all(
      rules.map(async ({ logsource }) => (await detection.fieldWarnings(ruleText(logsource!, asked), names)).map(({ reason }) => reason)),
    );
    return each.reduce((all, some) => all.filter((one) => some.includes(one)));
  }

  /** @throws ApiProblem NOT_FOUND, also when it has ended */
  end({ user, organization }: Principal, id: string): Promise<ExceptionRow> {
    return this.#deps.run(organization, async (sql) => {
      await endException(sql, user, id).catch((error: unknown) => {
        throw (error as { readonly code?: unknown }).code === 'P0002' ? notFound('exception of this id that holds') : error;
      });
      return (await exceptionById(sql, id))!;
    });
  }

  /** What it would have suppressed of the last days. Looks at the newest 1,000 findings; of a correlation at its first ten events. */
  async effect({ organization }: Pick<Principal, 'organization'>, question: z.output<typeof effectQuestion>): Promise<ExceptionEffect> {
    const { run, detection, wallMicros } = this.#deps;
    if (detection === undefined) throw new ApiProblem('CONFLICT', 'This process cannot try rules.');
    const since = wallMicros() - question.days * DAY;
    const { findings, isWhole, events, logsources } = await run(organization, async (sql) => {
      const rows = await findingsToJudge(sql, question.ruleIds, since, MOST_FINDINGS + 1);
      const judged = rows.slice(0, MOST_FINDINGS);
      return {
        findings: judged,
        isWhole: rows.length <= MOST_FINDINGS,
        events: await eventsOf(sql, judged.flatMap(asked)),
        logsources: new Map((await logsourcesOf(sql, [...new Set(judged.map(({ ruleId }) => ruleId))])).map(({ id, logsource }) => [id, logsource])),
      };
    });
    const names = canonicalNames(question.conditions);
    const documents = findings.flatMap((finding) =>
      asked(finding).map((ref) => {
        const event = events.get(keyOf(ref));
        return { finding, logsource: logsources.get(finding.ruleId) ?? null, native: event?.native ?? '{}', canonical: canonicalOf(event, names) };
      }),
    );
    const met = await detection.meets({
      conditions: question.conditions,
      documents: documents.map(({ logsource, native, canonical }) => ({ logsource, native, canonical })),
    });
    const standing = new Set(documents.filter((_document, at) => met[at] !== true).map(({ finding }) => finding));
    const suppressed = findings.filter((finding) => finding.events.length > 0 && !standing.has(finding));
    const alerts = suppressed.length === 0 ? 0 : await run(organization, (sql) => alertsOfFindings(sql, suppressed.map(({ id }) => id), since)); // prettier-ignore
    return { looked: findings.length, suppressed: suppressed.length, isWhole, alerts, examples: suppressed.slice(0, EXAMPLES) };
  }

  /**
   * As an alert suggests it.
   * @param fields Names of those that are to be conditions; null: what the rules met.
   * @throws ApiProblem NOT_FOUND; INVALID_REQUEST for a field that the alert does not have
   */
  draft({ organization }: Pick<Principal, 'organization'>, alertId: string, fields: readonly string[] | null): Promise<ExceptionDraft> {
    return this.#deps.run(organization, async (sql) => {
      const alert = /^[0-9a-f]{32}$/.test(alertId) ? (await alertsByIds(sql, [alertId]))[0] : undefined;
      if (alert === undefined) throw notFound('alert of this id');
      const findings = await findingsByIds(sql, alert.findings);
      const [first] = alert.events;
      const event = first === undefined ? undefined : (await eventsOf(sql, [first])).get(keyOf(first));
      return draftOf(alert.ruleIds, findings.flatMap((finding) => finding.fields), event?.native ?? '{}', fields); // prettier-ignore
    });
  }
}

const asked = ({ kind, events }: JudgedFinding): readonly EventRef[] => events.slice(0, kind === 'rule' ? 1 : MOST_EVENTS_EACH);
const keyOf = ({ time: at, id }: { readonly time: Micros; readonly id: string }): string => `${at}-${id}`;

/** The conditions as a rule. */
const ruleText = (logsource: Readonly<Record<string, string | null>>, asked: unknown): string =>
  JSON.stringify({
    title: 'Exception',
    logsource: Object.fromEntries(Object.entries(logsource).filter(([, value]) => value !== null)),
    detection: { conditions: asked, condition: 'conditions' },
  });

/** Stored ones, else the copies that alerts keep. */
async function eventsOf(sql: Sql, refs: readonly EventRef[]): Promise<ReadonlyMap<string, EventRow>> {
  const unique = [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
  const stored = await eventsByIds(sql, unique);
  const found = new Map(stored.map((row) => [keyOf(row), row]));
  for (const row of await evidenceOf(sql, unique.filter((ref) => !found.has(keyOf(ref))))) found.set(keyOf(row), row); // prettier-ignore
  return found;
}
