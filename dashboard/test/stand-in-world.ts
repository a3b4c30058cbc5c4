// What the stand-in answers: resolvers over the made events and alerts, and the switches by which tests break things.
import { GraphQLError } from 'graphql';
import { anotherAlert, makeAlerts, type StandInAlert } from './stand-in-alerts.ts';
import { chance, countIn, DATASETS, eventAt, SENSORS, TICK_MS, type StandInEvent } from './stand-in-events.ts';
import { completionOf, explanationOf, searchOf } from './stand-in-search.ts';
import { entityNames, entityOf } from './stand-in-entities.ts';
import { fieldDatasets, fieldsOf } from './stand-in-fields.ts';
import { Access } from './stand-in-access.ts';
import { whyFound } from './stand-in-explanations.ts';
import { News } from './stand-in-news.ts';
import { Rules } from './stand-in-rules.ts';
import { Sensors } from './stand-in-sensors.ts';
import { Work } from './stand-in-work.ts';

export type PartName = 'broker' | 'registry' | 'database';
interface Filter {
  readonly from?: string | null;
  readonly to?: string | null;
  readonly search?: string | null;
}
interface AlertFilter extends Filter {
  readonly minSeverity?: string | null;
  readonly status?: readonly string[] | null;
}

type Change = Parameters<Work['change']>[1];
interface Expected {
  readonly id: string;
  readonly workRevision: number;
}

const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'];
const MOST_SCANNED = 30_000;

/** Everything that a test may change while the stand-in runs. */
export class World {
  readonly alerts: StandInAlert[];
  partAway: PartName | null = null;
  awaySince = 0;
  tailPerSecond = 40;
  tailLeftOut = 0;
  isEmpty = false;
  /** Newest first. */
  readonly redrives: { readonly redriven: number; readonly already: number; readonly [field: string]: unknown }[] = [];
  readonly access = new Access();
  readonly rules = new Rules(Date.now());
  readonly news = new News();
  readonly work = new Work((alert) => this.news.tell(alert));
  readonly #started = Date.now();
  readonly #sensors = new Sensors();
  #raised = 0;

  constructor(now: number) {
    this.alerts = makeAlerts(now);
  }

  /** Opens one more alert and tells subscribers. */
  raise(): StandInAlert {
    this.#raised += 1;
    const alert = anotherAlert(Date.now(), this.#raised);
    this.alerts.unshift(alert);
    this.news.tell(alert);
    return alert;
  }

  takeAway(part: PartName | null): void {
    this.partAway = part;
    this.awaySince = Date.now() - 95_000;
  }

  #need(part: PartName): void {
    if (this.partAway === part) throw new GraphQLError(`The ${part} is away.`, { extensions: { code: `${part.toUpperCase()}_UNAVAILABLE` } });
  }

  /** Of the newest 1,500 that come. */
  #top(field: string, events: Iterable<StandInEvent>): { readonly name: string; readonly count: number }[] {
    const counts = new Map<string, number>();
    let scanned = 0;
    for (const event of events) {
      if ((scanned += 1) > 1500) break;
      const value = event.fields[field];
      for (const each of Array.isArray(value) ? value : value === undefined ? [] : [value]) counts.set(String(each), (counts.get(String(each)) ?? 0) + 1);
    }
    return [...counts].map(([name, n]) => ({ name, count: n * 173 })).sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
  }

  *#eventsIn(filter: Filter | null | undefined, before = Number.POSITIVE_INFINITY): Generator<StandInEvent> {
    if (this.isEmpty) return;
    const holds = searchOf(filter?.search);
    const to = Math.min(Date.now() - 900, filter?.to === null || filter?.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(filter.to), before);
    const from = filter?.from === null || filter?.from === undefined ? 0 : Date.parse(filter.from);
    let tick = Math.ceil(to / TICK_MS) - 1;
    for (let i = 0; i < MOST_SCANNED && tick * TICK_MS >= from; i += 1, tick -= 1) {
      const event = eventAt(tick);
      if (holds(event)) yield event;
    }
  }

  #share(filter: Filter | null | undefined): number {
    if (filter?.search === null || filter?.search === undefined || filter.search === '') return 1;
    const holds = searchOf(filter.search);
    let met = 0;
    for (let i = 0; i < 400; i += 1) met += holds(eventAt(10_000_000 + i)) ? 1 : 0;
    return met / 400;
  }

  readonly resolvers = {
    Query: {
      ...this.access.queries,
      viewer: () => ({ user: 'admin', organization: 'default', roles: ['platform_admin', 'admin'], permissions: this.access.held }),
      events: (_root: unknown, { first, after, filter }: { first: number; after?: string | null; filter?: Filter | null }) => {
        this.#need('database');
        const found: StandInEvent[] = [];
        for (const event of this.#eventsIn(filter, after === null || after === undefined ? undefined : Number(after))) {
          found.push(event);
          if (found.length > first) break;
        }
        return connection(found, first, (event) => String(Math.floor(Date.parse(event.time) / TICK_MS) * TICK_MS));
      },
      event: (_root: unknown, { id }: { id: string }) => {
        this.#need('database');
        for (const alert of this.alerts) for (const { event } of alert.events) if (event?.id === id) return event;
        const event = eventAt(Math.floor(Number(id.split('-')[0]) / 1000 / TICK_MS));
        return event.id === id ? event : null;
      },
      entity: (_root: unknown, asked: Parameters<typeof entityOf>[0]) => {
        this.#need('database');
        return entityOf(asked, this.#eventsIn(asked), this.isEmpty ? [] : this.alerts);
      },
      entities: (_root: unknown, { type, search, from, to, first, after }: Filter & { type: string; search: string; first: number; after?: string | null }) => {
        this.#need('database');
        return connection(entityNames(type, search, after, this.#eventsIn({ from: from ?? null, to: to ?? null })), first, ({ value }) => value);
      },
      rules: (_root: unknown, { first, after, filter }: { first: number; after?: string | null; filter?: Parameters<Rules['list']>[0] | null }) => {
        this.#need('database');
        const all = this.isEmpty ? [] : this.rules.list(filter ?? {});
        const begin = after === null || after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
        return connection(all.slice(begin, begin + first + 1), first, ({ id }) => id);
      },
      rule: (_root: unknown, { id }: { id: string }) => this.rules.one(id),
      ruleRefusals: () => [
        { file: 'public/windows/bad.yml', document: 2, line: 14, title: 'Bad', reason: 'the condition names "selection2", which is not defined' },
      ],
      ruleProblems: (_root: unknown, { text }: { text: string }) => this.rules.problems(text),
      ruleTrial: (_root: unknown, { text, hours }: { text: string; hours: number }) =>
        this.rules.trial(text, hours, [...this.#eventsIn(null)].filter(({ sensor }) => sensor === 'windows').slice(0, 3)),
      ruleExplanation: (_root: unknown, { text }: { text: string }) => this.rules.explanation(text),
      coverage: (_root: unknown, { hours }: { hours: number }) => this.rules.coverage(hours),
      coverageLayer: (_root: unknown, { hours }: { hours: number }) => this.rules.coverageLayer(hours),
      exceptions: (_root: unknown, { first, filter }: { first: number; filter?: { ruleId?: string | null; withEnded?: boolean | null } | null }) =>
        connection(
          this.rules.exceptions.filter(
            ({ isActive, ruleIds }) =>
              (isActive || filter?.withEnded === true) && (typeof filter?.ruleId !== 'string' || ruleIds.length === 0 || ruleIds.includes(filter.ruleId)),
          ),
          first,
          ({ id }) => id,
        ),
      exceptionDraft: (_root: unknown, { alertId, fields }: { alertId: string; fields?: readonly string[] | null }) =>
        this.rules.draft(fields, this.alerts.find(({ id }) => id === alertId)?.rules.map(({ id }) => id) ?? []),
      exceptionEffect: (_root: unknown, { conditions }: { conditions: Record<string, unknown> }) => this.rules.effect(conditions),
      eventCounts: (
        _root: unknown,
        { from, to, spanSeconds, by, filter }: { from: string; to: string; spanSeconds: number; by: string; filter?: Filter | null },
      ) => {
        this.#need('database');
        if (this.isEmpty) return [];
        const share = this.#share(filter);
        const barMs = spanSeconds * 1000;
        const end = Math.min(Date.parse(to), Date.now() - 900);
        const counts: { start: string; count: number; series: string }[] = [];
        for (let start = Math.floor(Date.parse(from) / barMs) * barMs; start < end; start += barMs) {
          for (const sensor of SENSORS) {
            const n = (countIn(sensor, start, barMs) * share * (Math.min(end, start + barMs) - Math.max(Date.parse(from), start))) / barMs;
            const parts = by === 'sensor' ? [[sensor, 1] as const] : DATASETS[sensor];
            for (const [series, part] of parts)
              if (Math.round(n * part) > 0) counts.push({ start: new Date(start).toISOString(), count: Math.round(n * part), series });
          }
        }
        return counts;
      },
      eventTop: (_root: unknown, { field, first, filter, from, to }: { field: string; first: number; filter?: Filter | null; from: string; to: string }) => {
        this.#need('database');
        return this.#top(field, this.#eventsIn({ ...filter, from, to })).slice(0, first);
      },
      alerts: (_root: unknown, { first, after, filter }: { first: number; after?: string | null; filter?: AlertFilter | null }) => {
        this.#need('database');
        const all = this.#alertsIn(filter).sort((a, b) => b.changedAt - a.changedAt);
        const start = after === null || after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
        return connection(all.slice(start, start + first + 1), first, ({ id }) => id);
      },
      deadLetter: (_root: unknown, { id }: { id: string }) => letters(this.#started).find((letter) => letter.id === id) ?? null,
      deadLetterReasons: (_root: unknown, { filter }: { filter?: { code?: string } | null }) => {
        const of = Map.groupBy(this.isEmpty ? [] : letters(this.#started), ({ code, stage, topic }) => `${code}|${stage}|${topic}`);
        return [...of.values()]
          .map((list) => ({ ...list[0]!, version: '0.1.0', count: list.length, redriven: 0, oldest: list.at(-1)!.at, newest: list[0]!.at }))
          .filter(({ code }) => filter?.code === undefined || filter.code === code);
      },
      redrives: () => this.redrives,
      alertChangePreview: (_root: unknown, { filter, change }: { filter: AlertFilter; change: Change }) => this.work.preview(this.#alertsIn(filter), change),
      savedSearches: (_root: unknown, { kind }: { kind: string }) => this.work.views.filter((view) => view['kind'] === kind),
      searchCompletion: (_root: unknown, { search, caret }: { search: string; caret: number }) =>
        completionOf(search, caret, (field) => this.#top(field, this.#eventsIn(null))),
      searchExplanation: (_root: unknown, { filter }: { filter: Filter }) => explanationOf(filter.search),
      alert: (_root: unknown, { id }: { id: string }) => {
        this.#need('database');
        return this.alerts.find((alert) => alert.id === id) ?? null;
      },
      alertCounts: (_root: unknown, args: { from: string; to: string; spanSeconds: number }) => {
        this.#need('database');
        return countTimes(this.isEmpty ? [] : this.alerts.map(({ time, severity }) => ({ time, series: severity })), args);
      },
      findingsByRule: (_root: unknown, { from, to, first }: { from: string; to: string; first: number }) => {
        this.#need('database');
        if (this.isEmpty) return [];
        const isWhole = Date.parse(to) > Date.now() - 60_000;
        const rules = new Map(this.alerts.flatMap(({ findings }) => findings).map((finding) => [finding.rule.id, finding]));
        return [...rules.values()]
          .map(({ rule, severity, time }) => ({
            ruleId: rule.id,
            title: rule.title,
            severity,
            count:
              1 +
              Math.floor((0.6 * chance(rule.id) ** 2 + 0.1 * chance(`${rule.id}${isWhole}`)) * 90 * Math.sqrt((Date.parse(to) - Date.parse(from)) / 900_000)),
            lastTime: isWhole ? new Date(Date.now() - 4000 - chance(rule.id) * 600_000).toISOString() : time,
          }))
          .sort((a, b) => b.count - a.count)
          .slice(0, first);
      },
      findingCounts: (_root: unknown, args: { from: string; to: string; spanSeconds: number }) =>
        countTimes(
          this.alerts.flatMap(({ findings }) => findings.map(({ time, severity }) => ({ time, series: severity }))),
          args,
        ),
      findings: () => connection([], 1, () => ''),
      finding: (_root: unknown, { id }: { id: string }) => {
        const found = this.alerts.flatMap(({ findings }) => findings).find((finding) => finding.id === id);
        return found === undefined ? null : { ...found, explanation: whyFound(found) };
      },
      pipeline: () => this.#pipeline(),
      ledger: () => {
        this.#need('database');
        const closedAt = this.isEmpty ? null : new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
        const reports = this.isEmpty ? [] : [{ day: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10), hash: '5f2d'.repeat(16) }];
        return { closedAt, breaks: [], reports };
      },
      sensors: (_root: unknown, { first, filter }: { first: number; filter?: { search?: string | null } | null }) => {
        this.#need('database');
        return connection(this.isEmpty ? [] : this.#sensors.list(filter), first, ({ id }) => id);
      },
      sensor: (_root: unknown, { id }: { id: string }) => {
        this.#need('database');
        return this.#sensors.all().find((sensor) => sensor.id === id) ?? null;
      },
      sensorFormats: () => ['suricata-eve', 'web-access', 'zeek-json'],
      fieldDatasets: () => {
        this.#need('database');
        return this.isEmpty ? [] : fieldDatasets();
      },
      fields: (_root: unknown, { first, filter }: { first: number; filter?: Parameters<typeof fieldsOf>[0] }) => {
        this.#need('database');
        return connection(this.isEmpty ? [] : fieldsOf(filter), first, ({ dataset, name }) => `${dataset} ${name}`);
      },
      deadLetters: (_root: unknown, { first, after, filter }: { first: number; after?: string | null; filter?: { code?: string } | null }) => {
        this.#need('database');
        const code = filter?.code;
        const all = this.isEmpty ? [] : letters(this.#started).filter((letter) => code === undefined || letter.code === code);
        const start = after === null || after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
        return connection(all.slice(start, start + first + 1), first, ({ id }) => id);
      },
    },
    Mutation: {
      ...this.access.mutations,
      addRule: (_root: unknown, { input: { text, state } }: { input: { text: string; state?: 'draft' | null } }) => this.rules.add(text, state ?? 'draft'),
      updateRule: (_root: unknown, { id, change }: { id: string; change: { text?: string; version?: number } }) => this.rules.change(id, change),
      retireRule: (_root: unknown, { id, version }: { id: string; version?: number | null }) =>
        this.rules.change(id, { state: 'retired', version: version ?? null }),
      addException: (_root: unknown, { input }: { input: Record<string, unknown> }) => this.rules.except(input),
      endException: (_root: unknown, { id }: { id: string }) => this.rules.endException(id),
      previewDeadLetters: (_root: unknown, { filter }: { filter: { ids?: string[]; code?: string } }) => {
        const some = letters(this.#started).filter(({ id, code }) => filter.ids?.includes(id) ?? filter.code === code);
        return {
          hasMore: false,
          summary: [{ stage: some[0]!.stage, was: some[0]!.code, outcome: 'passed', code: null, isSame: false, count: some.length }],
          verdicts: some.map(({ id }) => ({
            id,
            outcome: 'passed',
            code: null,
            message: null,
            isSame: false,
            outputs: [{ topic: 'events.valid.v1', key: null, value: { id } }],
          })),
        };
      },
      redriveDeadLetters: (_root: unknown, { filter, execute }: { filter: { ids?: string[]; code?: string }; execute: boolean }) => {
        const matched = letters(this.#started).filter(({ id, code }) => filter.ids?.includes(id) ?? filter.code === code).length;
        if (!execute) return { matched, already: 1, redrive: null };
        const redrive = {
          id: String(this.redrives.length),
          requestedBy: 'admin',
          requestedAt: new Date().toISOString(),
          state: 'done',
          matched,
          redriven: matched - 1,
          already: 1,
          obstacles: [],
          failure: null,
        };
        this.redrives.unshift(redrive);
        return { matched, already: 1, redrive };
      },
      updateAlerts: (_root: unknown, { ids, change, expected }: { ids: readonly string[]; change: Change; expected?: Expected[] | null }) => {
        this.#need('database');
        const alerts = this.alerts.filter(({ id }) => ids.includes(id));
        this.work.expect(alerts, expected);
        this.work.change(alerts, change);
        return alerts.map((alert) => ({ ...alert }));
      },
      updateAlertsByFilter: (_root: unknown, { filter, change }: { filter: AlertFilter; change: Change }) => this.work.change(this.#alertsIn(filter), change),
      undoAlertChange: (_root: unknown, { changeId }: { changeId: string }) => this.work.undo(changeId),
      editAlertNote: (_root: unknown, { noteId, text }: { noteId: string; text: string }) => this.work.editNote(this.alerts, noteId, text),
      removeAlertNote: (_root: unknown, { noteId }: { noteId: string }) => this.work.editNote(this.alerts, noteId, null),
      addSavedSearch: (_root: unknown, { input }: { input: Record<string, unknown> }) => this.work.addView(input),
      updateSavedSearch: (_root: unknown, { id, change }: { id: string; change: Record<string, unknown> }) => this.work.changeView(id, change),
      deleteSavedSearch: (_root: unknown, { id }: { id: string }) => this.work.deleteView(id),
    },
    Event: {
      findings: ({ id }: { id: string }) => this.alerts.flatMap(({ findings }) => findings).filter(({ events }) => events.some((event) => event.id === id)),
    },
    Subscription: {
      alertNews: { subscribe: (_root: unknown, { after }: { after?: string | null }) => this.news.items(after), resolve: (item: unknown) => item },
      alertViewers: { subscribe: (_root: unknown, { alertId }: { alertId: string }) => this.news.viewers(alertId), resolve: (viewers: unknown) => viewers },
      eventTail: { subscribe: (_root: unknown, { filter }: { filter?: Filter | null }) => this.#tail(filter), resolve: (batch: unknown) => batch },
    },
  };

  #alertsIn(filter: AlertFilter | null | undefined): StandInAlert[] {
    if (this.isEmpty) return [];
    const words = filter?.search?.toLowerCase() ?? '';
    return this.alerts.filter(
      (alert) =>
        (filter?.from === null || filter?.from === undefined || alert.lastTime >= filter.from) &&
        (filter?.to === null || filter?.to === undefined || alert.time < filter.to) &&
        (filter?.minSeverity === null || filter?.minSeverity === undefined || SEVERITIES.indexOf(alert.severity) >= SEVERITIES.indexOf(filter.minSeverity)) &&
        (filter?.status === null || filter?.status === undefined || filter.status.includes(alert.status)) &&
        (words === '' || alert.title.toLowerCase().includes(words) || alert.entities.some(({ value }) => value.toLowerCase().includes(words))),
    );
  }

  async *#tail(filter: Filter | null | undefined): AsyncGenerator<{ events: StandInEvent[]; leftOut: number }> {
    this.#need('broker');
    const holds = searchOf(filter?.search);
    let tick = Math.floor(Date.now() / TICK_MS) * 1000;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const n = Math.round(this.tailPerSecond / 10);
      const now = Date.now();
      const events = Array.from({ length: n }, (_, i) => {
        const made = eventAt((tick += 1), false);
        return { ...made, time: `${new Date(now - 100 + Math.floor((100 * i) / n)).toISOString().slice(0, -1)}${String(i % 1000).padStart(3, '0')}Z` };
      });
      yield { events: events.filter(holds), leftOut: Math.round(this.tailLeftOut / 10) };
    }
  }

  #pipeline() {
    const away = this.partAway;
    const isBrokerAway = away === 'broker';
    const part = (name: string, kind: string, version: string, detail = '') => ({
      name,
      kind,
      version: away === name ? null : version,
      state: away === name ? 'down' : 'up',
      detail: away === name ? `connect ECONNREFUSED 127.0.0.1. See ${name}.log in the data folder; \`./goshawk up\` starts it again.` : detail,
      downSince: away === name ? new Date(this.awaySince).toISOString() : null,
    });
    const seconds = (Date.now() - this.#started) / 1000 + 3600;
    const stage = (
      name: string,
      inputTopic: string,
      outputTopics: string[],
      share: number,
      more: { dropped?: number; rejected?: number; lag?: number } = {},
    ) => {
      const n = this.isEmpty ? 0 : Math.floor(seconds * 287 * share);
      const dropped = Math.floor(n * (more.dropped ?? 0));
      const rejected = Math.floor(n * (more.rejected ?? 0));
      const wave = 1 + 0.12 * Math.sin(Date.now() / 9000 + name.length);
      return {
        name,
        inputTopic,
        outputTopics,
        lag: isBrokerAway ? null : Math.floor((more.lag ?? 40) * wave * chance(`${name}${Math.floor(Date.now() / 3000)}`)),
        watermark: this.isEmpty ? null : new Date(Date.now() - 900 - name.length * 70).toISOString(),
        watermarks: this.isEmpty
          ? []
          : [
              { dataset: 'aws.cloudtrail', watermark: new Date(Date.now() - 1_200_000).toISOString() },
              { dataset: 'windows.sysmon', watermark: new Date(Date.now() - 900 - name.length * 70).toISOString() },
            ],
        inPerSecond: isBrokerAway || this.isEmpty ? 0 : 287 * share * wave,
        in: n,
        passed: n - dropped - rejected,
        out: n - dropped - rejected,
        dropped: dropped === 0 ? [] : [{ name: 'duplicate', count: dropped }],
        rejected: rejected === 0 ? [] : [{ name: 'DECODE_FAILED', count: rejected }],
      };
    };
    const topic = (name: string, records: number, schema: string, key: string) => ({ name, partitions: 4, records: this.isEmpty ? 0 : records, schema, key });
    return {
      state: away === null ? 'ready' : 'degraded',
      parts: [
        part('broker', 'Apache Kafka', '4.1.1'),
        part('registry', 'Apicurio', '3.1.4'),
        part('database', 'PostgreSQL', '18.1', 'TimescaleDB is not there: daily partitions are used.'),
        part('api', 'api', '0.1.0'),
        { name: 'connect', kind: 'connect', version: null, state: 'off', detail: 'No connector is configured.', downSince: null },
      ],
      stages: [
        stage('ingest', 'raw.*', ['events.parsed.v1', 'dead-letters.v1'], 1, { rejected: 0.0004 }),
        stage('validate', 'events.parsed.v1', ['events.valid.v1', 'findings.v1'], 0.9996, { dropped: 0.003, rejected: 0.0001 }),
        stage('enrich', 'events.valid.v1', ['events.enriched.v1'], 0.997),
        stage('detect', 'events.enriched.v1', ['findings.v1', 'matches.v1'], 0.997, { lag: 120 }),
        stage('partials', 'events.enriched.v1', ['features.partials.v1'], 0.997),
        stage('persist-events', 'events.enriched.v1', [], 0.997, { lag: 300 }),
        stage('publish-events', 'events.enriched.v1', ['sink.default.ecs.v1'], 0.997),
        stage('correlate', 'matches.v1', ['findings.v1'], 0.02, { lag: 3 }),
        stage('features', 'features.partials.v1', ['features.v1'], 0.08, { lag: 8 }),
        stage('alert', 'findings.v1', ['alerts.v1'], 0.012, { lag: 2 }),
        stage('persist-findings', 'findings.v1', [], 0.012, { lag: 2 }),
        stage('persist-features', 'features.v1', [], 0.05, { lag: 4 }),
        stage('persist-alerts', 'alerts.v1', [], 0.006, { lag: 1 }),
      ],
      topics: [
        topic('raw.default.windows', 3_912_204, 'bytes', 'sensor’s own'),
        topic('raw.default.zeek', 2_604_118, 'bytes', 'sensor’s own'),
        topic('raw.default.suricata', 1_204_442, 'bytes', 'sensor’s own'),
        topic('events.parsed.v1', 812_204, 'goshawk.v1.Event', 'organization + host, else organization + sensor + 4 bits of the event id'),
        topic('events.valid.v1', 809_870, 'goshawk.v1.Event', 'organization + host, else organization + sensor + 4 bits of the event id'),
        topic('events.enriched.v1', 7_721_004, 'goshawk.v1.Enriched', 'organization + host, else organization + sensor + 4 bits of the event id'),
        topic('matches.v1', 14_220, 'goshawk.v1.Match', 'organization + correlation + group values'),
        topic('findings.v1', 8411, 'goshawk.v1.Finding', 'organization + alert group key'),
        topic('alerts.v1', 931, 'goshawk.v1.Alert', 'alert id'),
        topic('dead-letters.v1', 57, 'bytes', 'key of the record'),
      ],
      deadLetterCounts: this.isEmpty
        ? []
        : [
            { name: 'DECODE_FAILED', count: 41 },
            { name: 'FUTURE_TIMESTAMP', count: 11 },
            { name: 'RECORD_TOO_LARGE', count: 5 },
          ],
      refusedSources: this.isEmpty ? [] : [{ topic: 'raw.default.zeek', count: 2_140, code: 'DECODE_FAILED', isThrottled: true }],
    };
  }
}

const CONTENT = '{"EventID":4688,"Channel":"Security","Hostname":"WORKSTATION5","NewProcessName":"C:\\\\Windows\\\\Sys';

function letters(now: number) {
  const reasons = [
    ['DECODE_FAILED', 'Record is not valid JSON (312 bytes)', 'ingest', 'raw.default.windows'],
    ['DECODE_FAILED', 'Zeek TSV line has 19 values for 21 columns', 'ingest', 'raw.default.zeek'],
    ['FUTURE_TIMESTAMP', 'Event is stamped 3 h 12 min ahead of the broker’s clock', 'validate', 'events.parsed.v1'],
    ['RECORD_TOO_LARGE', 'Event would take 2,201,118 bytes; its topic takes 2,097,152', 'ingest', 'raw.default.windows'],
  ] as const;
  return Array.from({ length: 57 }, (_, i) => {
    const [code, message, stage, topic] = reasons[i < 41 ? i % 2 : i < 52 ? 2 : 3] ?? reasons[0];
    return {
      id: `${i % 4}:${1200 - i}`,
      at: new Date(now - i * 411_000).toISOString(),
      stage,
      code,
      message,
      topic,
      partition: i % 4,
      offset: 55_000 + i * 17,
      bytes: 312 + i * 41,
      version: '0.1.0',
      meaning: 'The bytes are not what their topic declares.',
      attempt: 1,
      firstFailedAt: new Date(now - i * 411_000).toISOString(),
      schemaId: -1,
      without: '',
      redrivenAt: null,
      redrivenBy: null,
      content: {
        key: 'WORKSTATION5',
        text: CONTENT,
        base64: Buffer.from(CONTENT).toString('base64'),
        isCut: false,
        stacktrace: '',
        headers: [{ name: 'shipper', text: 'vector 0.40' }],
      },
    };
  });
}

function connection<T>(rows: readonly T[], first: number, cursorOf: (row: T) => string) {
  const edges = rows.slice(0, first).map((node) => ({ cursor: cursorOf(node), node }));
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}

function countTimes(
  items: readonly { readonly time: string; readonly series: string }[],
  { from, to, spanSeconds }: { from: string; to: string; spanSeconds: number },
) {
  const bars = new Map<string, { start: string; count: number; series: string }>();
  const ms = spanSeconds * 1000;
  for (const { time, series } of items) {
    if (Date.parse(time) < Date.parse(from) || Date.parse(time) >= Date.parse(to)) continue;
    const start = new Date(Math.floor(Date.parse(time) / ms) * ms).toISOString();
    const bar = bars.get(`${start} ${series}`) ?? { start, count: 0, series };
    bar.count += 1;
    bars.set(`${start} ${series}`, bar);
  }
  return [...bars.values()].sort((a, b) => a.start.localeCompare(b.start));
}
