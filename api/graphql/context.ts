// What a resolver is given.
import DataLoader from 'dataloader';
import type { Micros } from '../../pipeline/core/index.ts';
import type { EventRef } from '../../schemas/avro/types.gen.ts';
import { deedsOf, versionsOfNotes } from '../../store/queries/alert-work.ts';
import type { Deed, NoteVersion } from '../../store/queries/alert-work.ts';
import { notesOf } from '../../store/queries/alerts.ts';
import type { NoteRow } from '../../store/queries/alerts.ts';
import { eventsByIds } from '../../store/queries/events.ts';
import type { EventRow } from '../../store/queries/events.ts';
import { evidenceOf } from '../../store/queries/evidence.ts';
import { findingsByIds, findingsOfEvents } from '../../store/queries/findings.ts';
import type { FindingRow } from '../../store/queries/findings.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { Access } from '../access/index.ts';
import type { AlertWorkRegister } from '../alert-work/register.ts';
import type { HuntRegister } from '../hunt/register.ts';
import type { SavedSearches } from '../saved-searches/register.ts';
import type { Principal } from '../auth/tokens.ts';
import type { Providers } from '../auth/oidc/providers.ts';
import type { Revocations } from '../auth/revocation.ts';
import type { TrustDomains } from '../auth/workload/trust-domains.ts';
import type { ConnectWorkers } from '../connect/workers.ts';
import type { InOrganization } from '../database.ts';
import type { RetentionDays } from '../deps.ts';
import type { Live } from '../live/live.ts';
import type { EventTail } from '../live/tail.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { Quotas } from '../gateway/quotas.ts';
import type { PipelineMonitor } from '../pipeline/monitor.ts';
import type { RunningSensorGate } from '../sensors/gate.ts';
import type { Analyses } from '../rules/analysis.ts';
import type { ExceptionRegister } from '../rules/exceptions.ts';
import type { FindingExplanations } from '../rules/finding-explanations.ts';
import { ruleLoaders } from '../rules/loaders.ts';
import type { RuleLoaders } from '../rules/loaders.ts';
import type { Rules } from '../rules/register.ts';
import type { RuleTrials } from '../rules/trials.ts';
import type { Sensors } from '../sensors/register.ts';
import type { Trials } from '../sensors/trials.ts';
import type { Subscriptions } from '../subscriptions/register.ts';

/** What lives as long as the API and serves every request. */
export interface Services {
  readonly run: InOrganization;
  readonly access: Access;
  readonly identityProviders: Providers;
  readonly trustDomains: TrustDomains;
  /** Null where this process does not know. */
  readonly retentionDays: RetentionDays | null;
  /** What organizations may open inside for themselves. */
  readonly openableNetworks: readonly string[];
  readonly revocations: Revocations;
  readonly monitor: PipelineMonitor;
  readonly deadLetters: DeadLetters;
  readonly live: Live;
  readonly alertWork: AlertWorkRegister;
  readonly hunts: HuntRegister;
  readonly savedSearches: SavedSearches;
  readonly subscriptions: Subscriptions;
  readonly connectors: ConnectWorkers;
  readonly tail: EventTail;
  readonly sensors: RunningSensorGate;
  readonly register: Sensors;
  readonly trials: Trials;
  readonly rules: Rules;
  readonly exceptions: ExceptionRegister;
  readonly analyses: Analyses;
  readonly ruleTrials: RuleTrials;
  readonly findingExplanations: FindingExplanations;
  readonly quotas: Quotas;
  readonly wallMicros: () => Micros;
}

export interface ApiContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** The header that named the caller, for those who are asked in its name. Null over WebSocket. */
  readonly authorization: string | null;
  /** The API as the caller reaches it, without a slash at the end. */
  readonly apiUrl: string;
  readonly services: Services;
  /** One transaction that sees the caller's organization. */
  readonly read: <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;
  /** Likewise, for what changes nothing: each query is a transaction of its own, which is quicker. */
  readonly look: <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;
  readonly loaders: Loaders;
}

/** One query for all that a level of the answer asks, instead of one each. */
export interface Loaders {
  /** The stored event, else the copy kept as evidence, else null. */
  readonly events: DataLoader<EventRef, EventRow | null>;
  readonly findings: DataLoader<Ref, FindingRow | null>;
  readonly findingsOfEvent: DataLoader<Ref, readonly FindingRow[]>;
  readonly notes: DataLoader<string, readonly NoteRow[]>;
  readonly noteVersions: DataLoader<number, readonly NoteVersion[]>;
  readonly deeds: DataLoader<string, readonly Deed[]>;
  readonly rules: RuleLoaders;
}
interface Ref {
  readonly id: string;
  readonly time: Micros;
}

/** @param caller `signal` is aborted when the caller is gone: what is read for him then ends. */
export function contextOf(services: Services, principal: Principal, requestId: string, caller: Caller = {}): ApiContext {
  const { apiUrl = 'http://localhost', authorization = null, signal } = caller;
  const read: ApiContext['read'] = (work) => services.run(principal.organization, work, { signal });
  const look: ApiContext['look'] = (work) => services.run(principal.organization, work, { signal, reads: true });
  let loaders: Loaders | undefined; // most queries need none
  return {
    principal,
    requestId,
    apiUrl,
    authorization,
    services,
    read,
    look,
    get loaders() {
      return (loaders ??= loadersOf(read, services.wallMicros));
    },
  };
}
export interface Caller {
  readonly apiUrl?: string;
  readonly authorization?: string | null;
  readonly signal?: AbortSignal;
}

const MAX_DEEDS = 100;
const keyOf = ({ time, id }: Ref): string => `${time}-${id}`;

function loadersOf(read: ApiContext['read'], wallMicros: () => Micros): Loaders {
  // No cache: a subscription keeps its context for hours, and what it shows must be what is stored now.
  const options = { cache: false, maxBatchSize: 1_000 } as const;
  return {
    rules: ruleLoaders(read, wallMicros),
    events: new DataLoader<EventRef, EventRow | null>(
      (refs) =>
        read(async (sql) => {
          const stored = byKey(await eventsByIds(sql, unique(refs)));
          const missing = unique(refs.filter((ref) => !stored.has(keyOf(ref))));
          const kept = byKey(await evidenceOf(sql, missing));
          return refs.map((ref) => stored.get(keyOf(ref)) ?? kept.get(keyOf(ref)) ?? null);
        }),
      options,
    ),
    findings: new DataLoader<Ref, FindingRow | null>(
      (refs) =>
        read(async (sql) => {
          const stored = byKey(await findingsByIds(sql, unique(refs)));
          return refs.map((ref) => stored.get(keyOf(ref)) ?? null);
        }),
      options,
    ),
    findingsOfEvent: new DataLoader<Ref, readonly FindingRow[]>(
      (events) =>
        read(async (sql) => {
          const byEvent = Map.groupBy(await findingsOfEvents(sql, events), ({ of }) => of);
          return events.map((_event, at) => byEvent.get(at) ?? []);
        }),
      options,
    ),
    notes: new DataLoader<string, readonly NoteRow[]>(
      (ids) =>
        read(async (sql) => {
          const byAlert = Map.groupBy(await notesOf(sql, ids), ({ alertId }) => alertId);
          return ids.map((id) => byAlert.get(id) ?? []);
        }),
      options,
    ),
    noteVersions: new DataLoader<number, readonly NoteVersion[]>(
      (ids) =>
        read(async (sql) => {
          const byNote = Map.groupBy(await versionsOfNotes(sql, ids), ({ noteId }) => noteId);
          return ids.map((id) => byNote.get(id) ?? []);
        }),
      options,
    ),
    deeds: new DataLoader<string, readonly Deed[]>(
      (ids) =>
        read(async (sql) => {
          const byAlert = Map.groupBy(await deedsOf(sql, ids, MAX_DEEDS), ({ alertId }) => alertId);
          return ids.map((id) => byAlert.get(id) ?? []);
        }),
      options,
    ),
  };
}

const byKey = <Row extends Ref>(rows: readonly Row[]): ReadonlyMap<string, Row> => new Map(rows.map((row) => [keyOf(row), row]));
const unique = <R extends Ref>(refs: readonly R[]): readonly R[] => [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
