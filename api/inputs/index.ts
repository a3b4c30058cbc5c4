// Inputs over HTTP in the terms of others: what senders for Splunk, Elasticsearch and OpenTelemetry speak, each taken as it is.
import type { FastifyInstance } from 'fastify';
import type { Deliver } from '../../pipeline/core/connector.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import type { ApiConfig } from '../config.ts';
import type { BodyBudget } from './body.ts';
import { registerElastic } from './elastic/routes.ts';
import { registerHec } from './hec/routes.ts';
import { registerOtlp } from './otlp/routes.ts';
import type { WhoMaySend } from './sender.ts';

export interface InputDeps extends WhoMaySend {
  readonly config: ApiConfig;
  readonly deliver: Deliver;
  /** Whether more would be refused now. */
  readonly isBusy: () => boolean;
  readonly budget: BodyBudget;
  readonly installationId: string;
  readonly wallMicros: () => Micros;
}

/** Registers after the gate: what these take is answered when the broker has it. */
export function registerInputs(app: FastifyInstance, deps: InputDeps): void {
  registerHec(app, deps);
  registerElastic(app, deps);
  registerOtlp(app, deps);
}
