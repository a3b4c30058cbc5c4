import { pino } from 'pino';
import { Registry } from 'prom-client';
import { certificateMetrics } from '../../api/auth/workload/client-certificates.ts';
import { connectionMetrics } from '../../api/gate/connections.ts';
import { limitMetrics } from '../../api/gate/limits/index.ts';
import { quotaMetrics } from '../../api/gateway/quotas.ts';
import { liveMetrics } from '../../api/live/metrics.ts';
import { requestMetrics } from '../../api/metrics.ts';
import { workerMetrics } from '../../connectors/_worker/metrics.ts';
import { droppedCounter, takenCounter } from '../../local/inputs.ts';
import { outboundMetrics } from '../../outbound/metrics.ts';
import { correlateMetrics } from '../../pipeline/correlate/index.ts';
import { suppressedCounter, uncorrelatedCounter } from '../../pipeline/detect/index.ts';
import { ingestMetrics } from '../../pipeline/ingest/index.ts';
import { rowCounter } from '../../pipeline/persist/metrics.ts';
import { publishMetrics } from '../../pipeline/publish/index.ts';
import { metricsOf } from '../../pipeline/runtime/metrics.ts';
import type { Generator } from './files.ts';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
}

export default {
  name: 'metrics',
  async generate() {
    const registry = new Registry();
    metricsOf(registry);
    rowCounter(registry);
    ingestMetrics(registry);
    correlateMetrics(registry);
    outboundMetrics(registry);
    uncorrelatedCounter(registry);
    suppressedCounter(registry);
    publishMetrics(registry, pino({ level: 'silent' }));
    droppedCounter(registry);
    takenCounter(registry);
    workerMetrics(registry, { states: () => new Map(), risk: () => 0 });
    requestMetrics(registry);
    quotaMetrics(registry);
    certificateMetrics(registry);
    connectionMetrics(registry);
    limitMetrics(registry);
    liveMetrics(registry, () => 0);
    const labels = (name: string) => (registry.getSingleMetric(name) as unknown as { labelNames?: readonly string[] } | undefined)?.labelNames ?? [];
    const families = ((await registry.getMetricsAsJSON()) as unknown as readonly Family[]).toSorted((a, b) => a.name.localeCompare(b.name));
    const rows = families.map(
      ({ name, type, help }) =>
        `| \`${name}\` | ${type} | ${labels(name)
          .map((label) => `\`${label}\``)
          .join(', ')} | ${help.replaceAll('|', '\\|')} |`,
    );
    return new Map([
      [
        'docs/reference/metrics.md',
        `# Metrics

Written by \`npm run gen\`. \`/metrics\` of the API and of \`run\` and \`connect\` with \`--metrics-port\` print them, with those of Node (\`process_*\`, \`nodejs_*\`). In an
installation of \`up\` the API prints those of all its processes, told apart by the label \`process\`.

| name | type | labels | |
|---|---|---|---|
${rows.join('\n')}
`,
      ],
    ]);
  },
} satisfies Generator;
