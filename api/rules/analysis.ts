// What rules would find in events that somebody hands over, without anything being written.
import { z } from 'zod';
import type { Micros } from '../../pipeline/core/index.ts';
import type { RefRule, RefSuppression } from '../../schemas/avro/types.gen.ts';
import { pageOfExceptions } from '../../store/queries/exceptions.ts';
import type { ExceptionRow } from '../../store/queries/exceptions.ts';
import { currentRuleSet, runningRules } from '../../store/queries/rules.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem } from '../gate/problem.ts';
import { writtenDocument } from '../rest/events/lossless-json.ts';
import { text } from '../rest/kit.ts';
import type { Analysis, Detection } from './detection.ts';

const MOST_EVENTS = 500;
const MOST_EXCEPTIONS = 5_000;

export const analysisRequest = z.strictObject({
  events: z
    .array(z.union([z.record(z.string(), z.unknown()), z.string().min(1)]))
    .min(1)
    .max(MOST_EVENTS)
    .meta({ description: 'ECS documents; native documents (objects, or lines of text) when `format` is given, or `auto`.' }),
  format: text(40).min(1).optional().meta({ description: 'Of native documents: the name of a decoder, or `auto`. Left out: ECS documents.' }),
  source: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Lower-case letters, digits and dashes, at most 40.')
    .default('analysis')
    .meta({ description: 'As which source they come.' }),
  rules: z.array(text(400_000).min(1)).max(20).optional().meta({ description: 'Sigma documents that are tried in place of those that run.' }),
});

interface AnalysisDeps {
  readonly run: InOrganization;
  readonly detection: Detection | undefined;
  readonly wallMicros: () => Micros;
}

export class Analyses {
  readonly #deps: AnalysisDeps;
  #tried = 0;

  constructor(deps: AnalysisDeps) {
    this.#deps = deps;
  }

  /** Over the rules and exceptions of the organization as they are now, those of the last ten seconds included. */
  async analyze(
    { organization }: Pick<Principal, 'organization'>,
    { events, format, source, rules: texts }: z.output<typeof analysisRequest>,
  ): Promise<Analysis> {
    const { run, detection, wallMicros } = this.#deps;
    if (detection === undefined) throw new ApiProblem('CONFLICT', 'This process cannot try rules.');
    const now = wallMicros();
    const { rules, exceptions } = await run(organization, async (sql) => ({
      rules: texts === undefined ? await runningOf(sql, organization) : this.#given(texts, organization),
      exceptions: (await pageOfExceptions(sql, { at: now }, null, MOST_EXCEPTIONS)).map((row) => refException(row, organization)),
    }));
    return detection.analyze({
      organization,
      ...rules,
      exceptions,
      records: events.map(recordOf),
      ...(format === 'auto' ? {} : { format: format ?? CANONICAL }),
      source,
      now,
    });
  }

  #given(texts: readonly string[], organization: string) {
    const number = Number.MAX_SAFE_INTEGER - 1_000_000_000 + ++this.#tried; // no two are alike, and none is a set
    const rows = texts.map((document, at) => refRule({ organization, ruleId: `tried-${at}`, set: number, state: 'production', text: document, file: null }));
    return { name: `tried ${number}`, rules: [...rows, wordOf(number)] };
  }
}

const CANONICAL = 'ecs';

async function runningOf(sql: Sql, organization: string) {
  const number = await currentRuleSet(sql);
  if (number === 0) return { name: 'files', rules: [] }; // the files have not been taken up yet: those of this process
  const rows = await runningRules(sql);
  const rules = rows.map(({ id, set, state, text: document, file }) =>
    refRule({ organization: file === null ? organization : '', ruleId: id, set, state: state === 'retired' ? 'retired' : state, text: document, file }),
  );
  return { name: `${organization}|${number}`, rules: [...rules, wordOf(number)] };
}

const refRule = ({
  organization,
  ruleId,
  set,
  state,
  text: document,
  file,
}: Pick<RefRule, 'organization' | 'ruleId' | 'state' | 'text' | 'file'> & { readonly set: number }): RefRule => ({
  id: `${organization}/${ruleId}`,
  organization,
  validFrom: set,
  writtenAt: 0,
  version: 0,
  ruleId,
  state,
  text: document,
  file,
  writtenBy: '',
});
const wordOf = (number: number): RefRule => ({
  ...refRule({ organization: '', ruleId: '@set', set: number, state: 'production', text: null, file: null }),
  id: '@set',
});
const refException = ({ id, ruleIds, conditions, owner, reason, createdAt, expiresAt }: ExceptionRow, organization: string): RefSuppression => ({
  id,
  organization,
  validFrom: createdAt,
  validTo: expiresAt,
  writtenAt: createdAt,
  version: 0,
  ruleIds,
  conditions: JSON.stringify(conditions),
  owner,
  reason,
});

/** @throws ApiProblem INVALID_REQUEST for what is nested too deeply */
function recordOf(event: string | Readonly<Record<string, unknown>>, index: number): string {
  const record = typeof event === 'string' ? event : writtenDocument(event);
  if (record !== null) return record;
  const detail = 'The document is nested too deeply.';
  throw new ApiProblem('INVALID_REQUEST', detail, { errors: [{ pointer: `/body/events/${index}`, detail }] });
}
