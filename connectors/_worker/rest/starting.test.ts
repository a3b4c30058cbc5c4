import { expect, it } from 'vitest';
import { serveStarting } from './starting.ts';

it.each([
  ['/health', { status: 'starting', message: 'Worker is still starting up.' }],
  ['/connectors', { error_code: 503, message: expect.any(String) as string }],
])('a worker that starts says so at %s', async (path, body) => {
  const { port, close } = await serveStarting('127.0.0.1', 0);
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([503, '1', body]);
  await close();
  await expect(fetch(`http://127.0.0.1:${port}${path}`)).rejects.toThrow();
});
