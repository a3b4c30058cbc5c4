// Sensor bytes to alerts: opens what the chosen stages need and wires them by the table in flow.ts.
import type { ConfigOf } from '../../pipeline/core/config.ts';
import type { Wire, Wiring } from '../../pipeline/core/topology.ts';
import { defineTopology, loader, stage } from '../../pipeline/core/topology.ts';
import { alert } from '../../pipeline/alert/index.ts';
import { openLateness } from '../../pipeline/core/lateness.ts';
import { correlate, correlateMetrics } from '../../pipeline/correlate/index.ts';
import { detect, openRules, ruleOptionsOf, suppressedCounter, uncorrelatedCounter } from '../../pipeline/detect/index.ts';
import { enrich } from '../../pipeline/enrich/index.ts';
import { features, partials } from '../../pipeline/features/index.ts';
import { ingest, ingestMetrics } from '../../pipeline/ingest/index.ts';
import { persist } from '../../pipeline/persist/index.ts';
import { publishAlerts, publishEvents, publishFindings, publishMetrics } from '../../pipeline/publish/index.ts';
import { validate, validateMetrics } from '../../pipeline/validate/index.ts';
import { openPool } from '../../store/connect.ts';
import type { OpenTopology, TopologyDeps, TopologyFile } from '../open.ts';
import { sections } from './config.ts';
import type { StageName } from './flow.ts';
import { flow, PERSIST, stored } from './flow.ts';

async function open(
  config: ConfigOf<typeof sections>,
  { installationId, databaseUrl, stages, committed, extents, isLane = false, log, metrics }: TopologyDeps,
): Promise<OpenTopology> {
  const isChosen = (...names: StageName[]) => names.some((name) => stages?.includes(name) ?? true);
  const pool = isChosen(PERSIST) && databaseUrl !== null ? openPool({ databaseUrl, role: 'goshawk_stages', applicationName: 'goshawk-persist', log }) : null;
  const rules = isChosen('detect', 'correlate') ? await openRules(config.detect, log) : null;

  const tellSkipped = publishMetrics(metrics, log);
  const lateness = openLateness(config.time.latenessSeconds);

  const wires: Wire[] = [
    isChosen('ingest') ? stage(await ingest(config.ingest, { installation: installationId }, ingestMetrics(metrics)), flow.ingest) : elsewhere('ingest'),
    stage(validate(config.validate, validateMetrics(metrics)), flow.validate),
    isChosen('enrich') ? stage(await enrich(config.enrich), flow.enrich) : elsewhere('enrich'),
    rules
      ? stage(detect(config.detect, rules, { countUncorrelated: uncorrelatedCounter(metrics), countSuppressed: suppressedCounter(metrics) }), flow.detect)
      : elsewhere('detect'),
    rules
      ? stage(
          correlate(config.correlate, rules.set, {
            lateness,
            experimental: config.detect.experimental,
            ruleOptions: ruleOptionsOf(config.detect),
            isLane,
            metrics: correlateMetrics(metrics),
          }),
          flow.correlate,
        )
      : elsewhere('correlate'),
    stage(partials(config.features, { isLane }), flow.partials),
    stage(features(config.features, { isLane }), flow.features),
    stage(alert(config.alert, { isLane }), flow.alert),
    stage(publishEvents(config.publish, tellSkipped), flow['publish-events']),
    stage(publishFindings(config.publish, tellSkipped), flow['publish-findings']),
    stage(publishAlerts(config.publish, tellSkipped), flow['publish-alerts']),
  ];
  if (pool !== null) {
    const loaders = persist(config.persist, { pool, committed, ...(extents ? { extents } : {}), log, metrics });
    wires.push(
      loader(loaders.events, { from: stored.events, group: PERSIST }),
      loader(loaders.findings, { from: stored.findings, group: PERSIST }),
      loader(loaders.features, { from: stored.features, group: PERSIST }),
      loader(loaders.alerts, { from: stored.alerts, group: PERSIST }),
    );
  }
  const time = { latenessOf: lateness.of, maxFuture: config.validate.maxFutureMinutes * 60_000_000 };
  return { topology: defineTopology('telemetry', wires, time), close: async () => pool?.end() };
}

/** Stands in the topology for a stage that another process runs: its place is known, and what it would need is not loaded. */
const elsewhere = (name: keyof typeof flow): Wire =>
  stage<never, object>(
    {
      name,
      reads: 'bytes',
      stores: {},
      process: () => {
        throw new Error(`${name} runs in another process`);
      },
    },
    flow[name] as Wiring<never>,
  );

export default { name: 'telemetry', sections, open } satisfies TopologyFile<typeof sections>;
