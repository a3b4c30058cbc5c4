// How near a sink connector is to losing records: what it has not settled is deleted by its topic's retention, whether it runs or not.
import type { Logger } from 'pino';
import type { AlarmKind } from './alarm.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Admin, Broker, TopicPartition } from '../../pipeline/runtime/port.ts';
import type { Catalogue } from './catalogue.ts';
import type { ConnectorEntry } from './config-state.ts';
import { groupOf } from './group.ts';
import { partitionsOf } from './start.ts';

export interface Risk {
  /** Append time of the oldest record that is not settled; null = all are. Milliseconds since 1970. */
  readonly oldestAt: number | null;
  /** Its age as a part of the retention of its topic: from 1 on it is deleted. 0 when nothing is owed, or kept for ever. */
  readonly usedRatio: number;
  /** Offsets between what is committed and what can be read, markers included. */
  readonly unsettled: number;
  /** Offsets that were deleted before they were settled, markers included. */
  readonly lost: number;
}
export interface RiskDeps {
  readonly broker: Broker;
  readonly admin: Admin;
  readonly catalogue: Pick<Catalogue, 'common'>;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Of what is committed now: tasks need not run. */
export async function riskOf(connector: ConnectorEntry, { broker, admin, catalogue, nowMs }: RiskDeps): Promise<Risk> {
  const partitions = await partitionsOf(admin, { common: catalogue.common(connector.config), organization: connector.organization });
  const [committed, first, end] = await Promise.all([
    admin.committed(groupOf(connector.name), partitions),
    admin.offsets(partitions, 'earliest'),
    admin.offsets(partitions, 'stable'),
  ]);
  const retentionMs = new Map<string, number>();
  let risk: Risk = { oldestAt: null, usedRatio: 0, unsettled: 0, lost: 0 };
  for (const tp of partitions) {
    const [least = 0, most = 0] = [first.get(tpKey(tp)), end.get(tpKey(tp))];
    const at = committed.get(tpKey(tp)) ?? least;
    const from = Math.max(at, least);
    risk = { ...risk, lost: risk.lost + (from - at), unsettled: risk.unsettled + Math.max(0, most - from) };
    const oldest = await firstTimestamp(broker, tp, from, most);
    if (oldest === null) continue;
    if (!retentionMs.has(tp.topic)) retentionMs.set(tp.topic, Number((await admin.configs(tp.topic))['retention.ms']));
    const keptMs = retentionMs.get(tp.topic)!;
    const usedRatio = keptMs > 0 ? Math.max(0, nowMs() - oldest) / keptMs : 0;
    risk = { ...risk, oldestAt: Math.min(risk.oldestAt ?? oldest, oldest), usedRatio: Math.max(risk.usedRatio, usedRatio) };
  }
  return risk;
}

/** Null when there is no record in [from, to), only markers. */
async function firstTimestamp(broker: Broker, tp: TopicPartition, from: number, to: number): Promise<number | null> {
  if (from >= to) return null;
  const reader = broker.reader();
  try {
    for await (const { records } of reader.read(tp, from, to, new AbortController().signal)) if (records[0] !== undefined) return records[0].timestampMs;
    return null;
  } finally {
    await reader.close();
  }
}

export interface RiskWatch {
  /** Null = not known yet. */
  readonly of: (connector: string) => Risk | null;
  readonly stop: () => Promise<void>;
}
export interface RiskWatchOptions extends RiskDeps {
  /** Connectors that this worker speaks for. */
  readonly connectors: () => readonly ConnectorEntry[];
  readonly changed: () => void;
  /** Raises an alarm and ends it. What fails is told again with the next look. */
  readonly tell: (kind: AlarmKind, connector: ConnectorEntry, risk: Risk) => Promise<void>;
  readonly everyMs: number;
  readonly log: Logger;
}
const ALARM_RATIO = 0.5;

/** Looks after them again and again. An alarm is logged once, until it is over. */
export function watchRisks(options: RiskWatchOptions): RiskWatch {
  const { connectors, changed, tell, everyMs, log } = options;
  const risks = new Map<string, Risk>();
  const alarmed = new Set<string>();
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const sinks = connectors().filter(({ type }) => type === 'sink');
    for (const name of risks.keys()) if (!sinks.some((sink) => sink.name === name)) forget(name);
    for (const sink of sinks) {
      try {
        const risk = await riskOf(sink, options);
        noteLoss(sink, risk);
        risks.set(sink.name, risk);
        await alarm(sink, risk);
      } catch (error) {
        log.warn({ err: error, connector: sink.name }, 'How much a connector owes cannot be told for now.');
      }
    }
    changed();
  }
  const forget = (name: string) => {
    risks.delete(name);
    alarmed.delete(name);
  };
  function noteLoss({ name, organization }: ConnectorEntry, risk: Risk): void {
    const { lost: before = 0 } = risks.get(name) ?? {};
    if (risk.lost > before)
      log.error(
        { code: 'RECORDS_LOST', connector: name, organization, ...risk },
        'Records of a connector were deleted by the retention of their topic before they were delivered.',
      );
  }
  async function alarm(sink: ConnectorEntry, risk: Risk): Promise<void> {
    const { name, organization } = sink;
    const isNear = risk.usedRatio >= ALARM_RATIO;
    if (isNear === alarmed.has(name)) return;
    await tell(isNear ? 'connector-far-behind' : 'connector-caught-up', sink, risk);
    if (!isNear) return void alarmed.delete(name);
    alarmed.add(name);
    log.error(
      { code: 'RETENTION_AT_RISK', connector: name, organization, ...risk },
      'A connector is behind by more than half of the retention of its topic: mend its far side, resume it, or keep the topic longer (retention.ms).',
    );
  }
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = null;
    });
  }, everyMs);
  timer.unref();
  return {
    of: (name) => risks.get(name) ?? null,
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
