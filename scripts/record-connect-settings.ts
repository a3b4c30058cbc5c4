// Asks Apache Kafka Connect what connectors/_worker/settings/kafka.test.ts compares ours with, and keeps the answers:
//   node scripts/record-connect-settings.ts http://127.0.0.1:8083
// of a worker that has connect-file, and the converters for JSON (values) and strings (keys). The answers of one version do not change, so this is done by hand.
import { writeFileSync } from 'node:fs';
import type { Definition, Validation } from '../connectors/_worker/settings/shapes.ts';
import { KEPT_WHOLE, QUESTIONS } from '../connectors/_worker/settings/test/questions.ts';

const [, , worker = 'http://127.0.0.1:8083'] = process.argv;
const SINK = 'org.apache.kafka.connect.file.FileStreamSinkConnector';
async function ask<Answer>(path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(worker + path, {
    method: body === undefined ? 'GET' : 'PUT',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Answer;
}
const definitions = (name: string) => ask<readonly Definition[]>(`/connector-plugins/${encodeURIComponent(name)}/config`);

/** Long lists of what is recommended say little, and are kept once. */
const shortened = (answer: Validation, isKept: boolean): Validation => ({
  ...answer,
  configs: answer.configs.map(({ definition, value }) => ({
    definition,
    value: isKept || value.recommended_values.length < 4 ? value : { ...value, recommended_values: ['...'] },
  })),
});

const validations = [];
for (const [name, question] of Object.entries(QUESTIONS)) {
  const config = { 'connector.class': SINK, ...question };
  const answer = await ask<Validation>(`/connector-plugins/${SINK}/config/validate`, config);
  const configs = KEPT_WHOLE.has(name) ? answer.configs : answer.configs.filter(({ value }) => value.errors.length > 0 || value.name in config);
  validations.push({ case: name, config, answer: shortened({ ...answer, configs }, name === 'a transform') });
}
const plugins: Record<string, unknown> = {};
for (const { class: name, type } of await ask<readonly { class: string; type: string }[]>('/connector-plugins?connectorsOnly=false')) {
  if ((type === 'transformation' || type === 'predicate') && !name.endsWith('$Key')) plugins[name] = { type, config: await definitions(name) };
}
const { version } = await ask<{ version: string }>('/');
const recorded = { version, validations, connector: await definitions(SINK), plugins };
writeFileSync(new URL('../connectors/_worker/settings/test/kafka.recorded.json', import.meta.url), `${JSON.stringify(recorded, null, 1)}\n`);
