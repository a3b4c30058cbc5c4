import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Worker } from './worker.ts';

/** Numbers of a worker, read when they are asked for. Names of connectors are no labels: users choose them. */
export const workerMetrics = (registry: Registry, { states, risk }: Pick<Worker, 'states' | 'risk'>) => ({
  tasks: new Gauge({
    name: 'connect_tasks',
    help: 'Tasks of connectors that this worker has, by state.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [state, count] of states()) this.set({ state }, count);
    },
  }),
  risk: new Gauge({
    name: 'connect_unsettled_retention_ratio',
    help: 'Age of the oldest record that a connector of this worker has not settled, as a part of the retention of its topic. From 1 on records are lost.',
    registers: [registry],
    collect() {
      this.set(risk());
    },
  }),
});
