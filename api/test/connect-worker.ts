// A worker of connectors behind a test's API, on a broker in memory: it asks that API who asks it. What it runs only counts.
import type { AddressInfo } from 'node:net';
import { crewWorld, prepare } from '../../connectors/_worker/test/crew-world.ts';
import type { CrewWorld } from '../../connectors/_worker/test/crew-world.ts';
import type { WorkerOptions } from '../../connectors/_worker/worker.ts';
import { askApi } from '../../local/connect-caller.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { TestApi } from './api.ts';

export interface TestWorker {
  readonly url: string;
  readonly crew: CrewWorld;
  readonly close: () => Promise<void>;
}

/** @param topics Beside the sink topics of its own. @param more Of the worker: other kinds of connectors than one that counts. */
export async function openTestWorker(
  api: Pick<TestApi, 'app'>,
  topics: readonly string[] = [],
  more: Pick<Partial<WorkerOptions>, 'catalogue'> = {},
): Promise<TestWorker> {
  const broker = memoryBroker();
  const crew = crewWorld();
  await prepare(broker);
  await broker.admin().createTopics(
    topics.map((name) => ({ name, partitions: 1, config: {} })),
    1,
  );
  const inApi: typeof fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : input;
    const { method = 'GET', headers, body } = init ?? {};
    const answer = await api.app.inject({
      method: method as 'GET',
      url: new URL(url).pathname,
      headers: headers as Record<string, string>,
      ...(typeof body === 'string' && { payload: body }),
    });
    return new Response(answer.statusCode === 204 ? null : answer.body, { status: answer.statusCode });
  };
  const authorize = askApi({ apiUrl: () => 'http://api', nowMs: () => performance.now(), fetch: inApi });
  const worker = await crew.open(broker, 'worker:1', { authorize, progressMs: 10, ...more });
  await worker.app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${(worker.app.server.address() as AddressInfo).port}`,
    crew,
    async close() {
      await worker.stop();
      await broker.close();
    },
  };
}
