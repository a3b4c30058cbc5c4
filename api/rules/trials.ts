// What a rule would have met among the events that are stored, and why one of them meets it or does not. Nothing is written.
import type { Micros } from '../../pipeline/core/index.ts';
import type { Explanation } from '../../domains/sigma/index.ts';
import type { MatchedField } from '../../schemas/avro/types.gen.ts';
import { eventsByIds } from '../../store/queries/events.ts';
import type { EventRow } from '../../store/queries/events.ts';
import { fieldNames } from '../../store/queries/fields.ts';
import { eventsToTry } from '../../store/queries/rule-trial.ts';
import type { EventToTry } from '../../store/queries/rule-trial.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem, notFound } from '../gate/problem.ts';
import { parsePublicId } from '../event-view.ts';
import type { Detection, StoredDocument } from './detection.ts';
import { storedDocument } from './documents.ts';
import type { RuleProblem, Rules } from './register.ts';

type Reader = Pick<Principal, 'organization'>;
export interface RuleTrial {
  /** Events of the rule's log source that were asked. */
  readonly looked: number;
  readonly matched: number;
  /** False: there were more than are looked at, so the counts are of the newest, from `from` on. */
  readonly isWhole: boolean;
  readonly from: Micros;
  readonly to: Micros;
  /** Newest first. */
  readonly samples: readonly { readonly event: EventRow; readonly why: readonly MatchedField[] }[];
}

const HOUR: Micros = 3_600_000_000;
const MOST_EVENTS = 20_000;
const MOST_CHARS = 32_000_000;
const PAGE = 2_000;
const SAMPLES = 20;

interface TrialDeps {
  readonly run: InOrganization;
  readonly rules: Rules;
  readonly detection: Detection | undefined;
  readonly wallMicros: () => Micros;
}

export class RuleTrials {
  readonly #deps: TrialDeps;

  constructor(deps: TrialDeps) {
    this.#deps = deps;
  }

  /** As the register would judge the text, and fields that no known event has. By line. @throws ApiProblem NOT_FOUND when there is no rule `id` */
  async problems(principal: Reader, text: string, id: string | null): Promise<readonly RuleProblem[]> {
    const { run, rules, detection } = this.#deps;
    const found = await rules.problems(principal, text, id);
    if (detection === undefined || found.some(({ isRefusal }) => isRefusal) || rules.readable(text).kind !== 'rule') return found;
    const known = await run(principal.organization, fieldNames);
    const fields = (await detection.fieldWarnings(text, known)).map((warning) => ({ ...warning, isRefusal: false }));
    return [...found, ...fields].sort((a, b) => a.line - b.line);
  }

  /**
   * On the newest events of the rule's log source. Filters and exceptions of the organization are not applied.
   * @throws ApiProblem INVALID_RULE; INVALID_REQUEST for a correlation or filter
   */
  async attempt({ organization }: Reader, text: string, hours: number): Promise<RuleTrial> {
    const { run, wallMicros } = this.#deps;
    const detection = this.#detection();
    const logsource = this.#logsourceOf(text);
    const to = wallMicros();
    const since = to - hours * HOUR;
    const { events, isWhole } = await run(organization, (sql) => newest(sql, logsource, since));
    const met = await detection.tryRule(text, events.map(documentOf));
    const matched = events.flatMap((event, at) => (met[at] === null || met[at] === undefined ? [] : [{ event, why: met[at] }]));
    const shown = matched.slice(0, SAMPLES);
    const rows = new Map((await run(organization, (sql) => eventsByIds(sql, shown.map(({ event }) => event)))).map((row) => [`${row.time}-${row.id}`, row])); // prettier-ignore
    return {
      looked: events.length,
      matched: matched.length,
      isWhole,
      from: isWhole ? since : (events.at(-1)?.time ?? since),
      to,
      samples: shown.flatMap(({ event, why }) => {
        const row = rows.get(`${event.time}-${event.id}`);
        return row === undefined ? [] : [{ event: row, why }];
      }),
    };
  }

  /** @throws ApiProblem INVALID_RULE; INVALID_REQUEST for a correlation or filter; NOT_FOUND */
  async explain({ organization }: Reader, text: string, eventId: string): Promise<Explanation> {
    const detection = this.#detection();
    this.#logsourceOf(text);
    const id = parsePublicId(eventId);
    const [row] = id === null ? [] : await this.#deps.run(organization, (sql) => eventsByIds(sql, [id]));
    if (row === undefined) throw notFound('event of this id');
    return detection.explain(text, storedDocument(row));
  }

  #detection(): Detection {
    const { detection } = this.#deps;
    if (detection === undefined) throw new ApiProblem('CONFLICT', 'This process cannot try rules.');
    return detection;
  }

  #logsourceOf(text: string) {
    const { kind, head } = this.#deps.rules.readable(text);
    if (kind !== 'rule' || head.logsource === null)
      throw new ApiProblem('INVALID_REQUEST', `A ${kind} is not asked of single events. Try the rules that it is about, or \`./goshawk backtest\`.`, {
        errors: [{ pointer: '/text', detail: 'No rule over single events.' }],
      });
    return head.logsource;
  }
}

const documentOf = ({ product, category, service, native }: EventToTry): StoredDocument => ({ logsource: { product, category, service }, native });

/** As many as are looked at, by number and by size. */
async function newest(sql: Sql, logsource: Parameters<typeof eventsToTry>[1], since: Micros) {
  const events: EventToTry[] = [];
  let chars = 0;
  for (;;) {
    const page = await eventsToTry(sql, logsource, since, events.at(-1) ?? null, PAGE);
    for (const event of page) {
      chars += event.native.length;
      if (events.length === MOST_EVENTS || (chars > MOST_CHARS && events.length > 0)) return { events, isWhole: false };
      events.push(event);
    }
    if (page.length < PAGE) return { events, isWhole: true };
  }
}
