// What the stand-in knows of hosts, users and addresses: read from its newest made events and alerts.
import type { StandInAlert } from './stand-in-alerts.ts';
import type { StandInEvent } from './stand-in-events.ts';

interface Asked {
  readonly type: string;
  readonly value: string;
  readonly from: string;
  readonly to: string;
}
const LOOKED_AT = 2_000;
const MOST = 20;
const WINDOW_MS = 300_000;

const FIELDS: Readonly<Record<string, (event: StandInEvent) => readonly (string | null)[]>> = {
  host: ({ host }) => [host],
  user: ({ user }) => [user],
  address: ({ sourceIp, destinationIp }) => [sourceIp, destinationIp],
  domain: ({ fields }) => [(fields['dns.question.name'] as string | undefined) ?? null],
};
const namesOf = (type: string, event: StandInEvent) => (FIELDS[type]?.(event) ?? []).filter((name) => name !== null && name !== '') as readonly string[];

/** @param events Newest first. */
export function entityOf({ type, value, from, to }: Asked, events: Iterable<StandInEvent>, alerts: readonly StandInAlert[]) {
  const found: StandInEvent[] = [];
  for (const event of events) {
    if (namesOf(type, event).some((name) => name.toLowerCase() === value.toLowerCase())) found.push(event);
    if (found.length > LOOKED_AT) break;
  }
  const seen = found.slice(0, LOOKED_AT);
  const top = (of: (event: StandInEvent) => readonly (string | null)[]) => {
    const rows = new Map<string, { name: string; count: number; lastSeen: string }>();
    for (const event of seen) {
      for (const name of new Set(of(event))) {
        if (name === null || name === value) continue;
        const row = rows.get(name) ?? { name, count: 0, lastSeen: event.time };
        rows.set(name, { ...row, count: row.count + 1 });
      }
    }
    return [...rows.values()].sort((a, b) => b.count - a.count).slice(0, MOST);
  };
  const about = alerts.filter((alert) => alert.entities.some((entity) => entity.type === type && entity.value.toLowerCase() === value.toLowerCase()));
  const findings = about.flatMap((alert) => alert.findings);
  const rules = [...Map.groupBy(findings, ({ rule }) => rule.id).values()].map((list) => ({
    ruleId: list[0]!.rule.id,
    title: list[0]!.rule.title,
    severity: list[0]!.severity,
    count: list.length,
    lastTime: list[0]!.lastTime,
  }));
  const isHost = type === 'host' && seen.length > 0;
  return {
    type,
    value,
    from,
    to,
    firstSeen: seen.length === 0 ? null : '2026-01-05T09:00:00.000000Z',
    lastSeen: seen[0]?.time ?? null,
    activity: {
      eventsLookedAt: seen.length,
      isWhole: found.length <= LOOKED_AT,
      since: seen.at(-1)?.time ?? null,
      datasets: top(({ dataset }) => [dataset]),
      sensors: top(({ sensor }) => [sensor]),
      hosts: top((event) => namesOf('host', event)),
      users: top((event) => namesOf('user', event)),
      addresses: top((event) => namesOf('address', event)),
      ownAddresses: isHost ? [{ name: '10.0.1.14', count: seen.length, lastSeen: seen[0]!.time }] : [],
      ownHosts: [],
      domains: top((event) => namesOf('domain', event)),
      processes: top(({ process }) => [process]),
    },
    counts: ({ spanSeconds }: { spanSeconds: number }) => ({ spanSeconds, source: 'index', buckets: barsOf(seen, spanSeconds) }),
    features: isHost ? windowsOf(seen) : [],
    findings: listOf(findings),
    alerts: listOf(about),
    rules,
    asset: isHost ? ASSET : null,
    zones: type === 'address' ? [{ id: '00000000-0000-4000-8000-0000000000f1', name: 'office', cidr: '10.0.1.0/24', kind: 'internal' }] : [],
  };
}

const ASSET = {
  id: '00000000-0000-4000-8000-0000000000f0',
  name: 'Payroll workstation',
  kind: 'workstation',
  hostnames: ['workstation5'],
  addresses: ['10.0.1.14'],
  owner: 'finance',
  criticality: 3,
  validFrom: '2026-01-01T00:00:00.000000Z',
  validTo: null,
};

const listOf = <T>(rows: readonly T[]) => ({
  edges: rows.slice(0, MOST).map((node, index) => ({ cursor: String(index), node })),
  pageInfo: { hasNextPage: rows.length > MOST, hasPreviousPage: false, startCursor: null, endCursor: null },
});

function barsOf(events: readonly StandInEvent[], spanSeconds: number) {
  const bars = Map.groupBy(events, ({ time, dataset }) => `${Math.floor(Date.parse(time) / spanSeconds / 1_000)} ${dataset}`);
  return [...bars].map(([key, list]) => ({
    start: new Date(Number(key.split(' ')[0]) * spanSeconds * 1_000).toISOString(),
    series: list[0]!.dataset,
    count: list.length,
  }));
}

function windowsOf(events: readonly StandInEvent[]) {
  return [...Map.groupBy(events, ({ time }) => Math.floor(Date.parse(time) / WINDOW_MS))].map(([n, list]) => ({
    start: new Date(n * WINDOW_MS).toISOString(),
    spanSeconds: WINDOW_MS / 1_000,
    events: list.length,
    failures: list.filter(({ outcome }) => outcome === 'failure').length,
    bytesOut: list.length * 1_400,
    bytesIn: list.length * 5_200,
    distinctDestinations: 3,
    distinctPorts: 2,
    distinctUsers: 1,
    distinctActions: 4,
  }));
}

/** By name, those behind `after`. @param events Newest first. */
export function entityNames(type: string, search: string, after: string | null | undefined, events: Iterable<StandInEvent>) {
  const names = new Map<string, { type: string; value: string; events: number; failures: number; lastSeen: string }>();
  for (const event of events) {
    for (const value of namesOf(type, event)) {
      const row = names.get(value) ?? { type, value, events: 0, failures: 0, lastSeen: event.time };
      names.set(value, { ...row, events: row.events + 1 });
    }
  }
  return [...names.values()]
    .filter(({ value }) => value.toLowerCase().includes(search.toLowerCase()) && value > (after ?? ''))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
}
