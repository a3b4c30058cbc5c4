// Is it up, is it ready, how is the pipeline: for load balancers, `./goshawk status` and Prometheus.
import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { RefusedSource } from '../../store/queries/dead-letters.ts';
import type { DeadLetters } from '../dead-letters.ts';
import { principalOf } from '../gate/gate.ts';
import { refusedSources } from '../pipeline/monitor.ts';
import type { PipelineMonitor, PipelineSnapshot, ReasonCount } from '../pipeline/monitor.ts';
import { isoOf } from '../time.ts';
import type { Routes } from './kit.ts';

/** What `status --json` prints. */
export function statusDocument(snapshot: PipelineSnapshot, refused: readonly RefusedSource[] | null) {
  const { state, parts, stages } = snapshot;
  const counts = (reasons: readonly ReasonCount[]) => Object.fromEntries(reasons.map(({ name, count }) => [name, count]));
  return {
    state,
    parts: parts.map(({ name, kind, url, state: partState, version, detail, downSince }) => ({
      name,
      kind,
      ...(url !== null && { url }),
      state: partState,
      version,
      detail,
      ...(downSince !== null && { downSince: isoOf(downSince) }),
    })),
    stages: stages.map(({ name, lag, watermark, watermarks, inPerSecond, in: read, passed, out, dropped, rejected }) => ({
      name,
      lag,
      watermark: watermark === null ? null : isoOf(watermark),
      watermarks: watermarks.map(({ dataset, watermark: at }) => ({ dataset, watermark: isoOf(at) })),
      inPerSecond,
      in: read,
      passed,
      out,
      dropped: counts(dropped),
      rejected: counts(rejected),
    })),
    refusedSources: refused === null ? null : refusedSources(refused, snapshot),
  };
}

const part = z.object({
  name: z.string(),
  kind: z.string(),
  url: z.string().optional(),
  state: z.string(),
  version: z.string().nullable(),
  detail: z.string(),
  downSince: z.string().optional(),
});
const counts = z.record(z.string(), z.number());
const stage = z.object({
  name: z.string(),
  lag: z.number().nullable(),
  watermark: z.string().nullable().meta({ description: 'Of the furthest dataset that is not idle.' }),
  watermarks: z.array(z.object({ dataset: z.string(), watermark: z.string() })).meta({ description: 'Of each dataset that is not idle, the slowest first.' }),
  inPerSecond: z.number(),
  in: z.number(),
  passed: z.number(),
  out: z.number(),
  dropped: counts,
  rejected: counts,
});

const refusedSource = z.object({ topic: z.string(), count: z.number(), code: z.string(), isThrottled: z.boolean() });
const status = z.object({
  state: z.string(),
  parts: z.array(part),
  stages: z.array(stage),
  refusedSources: z
    .array(refusedSource)
    .nullable()
    .meta({
      description:
        'Raw topics of which at least 100 records were set aside within ten minutes, with the most frequent reason; null while the database is away.',
    }),
});

export function registerStatusRoutes(
  app: Routes,
  { monitor, deadLetters }: { readonly monitor: PipelineMonitor; readonly deadLetters: DeadLetters },
  metrics: Registry,
): void {
  app.route({
    method: 'GET',
    url: '/v2/status',
    schema: { tags: ['status'], summary: 'Parts and stages', response: { 200: status } },
    handler: async (request) => {
      const refused = deadLetters.overview(principalOf(request).organization).then(
        (overview) => overview.refused,
        () => null, // the parts say that the database is away
      );
      return statusDocument(await monitor.snapshot(), await refused);
    },
  });

  app.route({
    method: 'GET',
    url: '/health',
    schema: { tags: ['status'], summary: 'Whether this process serves', response: { 200: z.object({ status: z.literal('up') }) } },
    handler: async () => ({ status: 'up' as const }),
  });

  const ready = z.object({ status: z.string(), parts: z.array(z.object({ name: z.string(), state: z.string() })) });
  app.route({
    method: 'GET',
    url: '/health/ready',
    schema: { tags: ['status'], summary: 'Whether broker and database answer', response: { 200: ready, 503: ready } },
    // Without a token, hence names and states only: why something is away is for those who may read the pipeline.
    handler: async (_request, reply) => {
      const { parts } = await monitor.snapshot();
      const isReady = ['broker', 'database'].every((name) => parts.some((each) => each.name === name && each.state === 'up'));
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', parts: parts.map(({ name, state }) => ({ name, state })) });
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    schema: { hide: true },
    handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  });
}
