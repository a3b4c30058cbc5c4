import { Counter } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { SharedMetrics } from './metrics.ts';

function counting(process: string, value: number): SharedMetrics {
  const metrics = new SharedMetrics({ process });
  new Counter({ name: 'stage_records_total', help: 'Records.', labelNames: ['stage'], registers: [metrics] }).inc({ stage: 'x' }, value);
  return metrics;
}
const lines = (text: string) => text.split('\n').filter((line) => line.startsWith('stage_records_total'));

describe('metrics', () => {
  it('are only its own without a supervisor', async () => {
    expect(lines(await counting('serve', 1).metrics())).toEqual(['stage_records_total{stage="x",process="serve"} 1']);
  });

  it('hold those of the others, one family, told apart by process', async () => {
    const [serve, collect, analyse] = [counting('serve', 1), counting('collect', 2), counting('analyse', 3)];
    serve.connect((id) => void Promise.all([collect.own(), analyse.own()]).then((families) => serve.take(id, families.flat())));
    const text = await serve.metrics();
    expect(lines(text).sort()).toEqual(
      ['analyse', 'collect', 'serve'].map((process, index) => `stage_records_total{stage="x",process="${process}"} ${[3, 2, 1][index]}`),
    );
    expect(text.match(/# TYPE stage_records_total/g)).toHaveLength(1);
  });
});
