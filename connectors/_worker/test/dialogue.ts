// Requests to the REST interface of a Kafka Connect worker, in the order in which they are made. The answers of Apache Kafka's own are in
// kafka-connect.recorded.json (scripts/record-kafka-connect.ts); ours are compared with them.

export interface Exchange {
  /** What it is about, unique. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** JSON, or a text that is sent as it is. */
  readonly body?: unknown;
  /** Asked again until the answer holds this text: what is asked for takes a moment. */
  readonly until?: string;
}
/** The status, the headers that matter, and the body: JSON where it is. */
export interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly contentType: string | null;
  readonly body: unknown;
}

/** Stand for the class of a sink connector that takes anything, for its short name, and for one of its own options with a value that it takes. */
export const SINK_CLASS = '$SINK_CLASS';
/** Two topics with one partition that holds records. */
export const TOPIC = 'sink.default.ecs.v1';
export const OTHER_TOPIC = 'sink.default.ocsf.v1';

const config = (more: Readonly<Record<string, unknown>> = {}) => ({ 'connector.class': SINK_CLASS, 'tasks.max': '2', topics: TOPIC, ...more });
const running = '"RUNNING"';

export const dialogue: readonly Exchange[] = [
  { name: 'root', method: 'GET', path: '/' },
  { name: 'health', method: 'GET', path: '/health' },
  { name: 'no connectors', method: 'GET', path: '/connectors' },
  { name: 'no connectors, expanded', method: 'GET', path: '/connectors?expand=status&expand=info' },
  { name: 'plugins', method: 'GET', path: '/connector-plugins' },
  { name: 'plugins and transforms', method: 'GET', path: '/connector-plugins?connectorsOnly=false' },
  { name: 'options of a plugin', method: 'GET', path: `/connector-plugins/${SINK_CLASS}/config` },
  { name: 'options of an unknown plugin', method: 'GET', path: '/connector-plugins/Nonsense/config' },
  { name: 'validate', method: 'PUT', path: `/connector-plugins/${SINK_CLASS}/config/validate`, body: { ...config(), name: 'a' } },
  { name: 'validate with problems', method: 'PUT', path: `/connector-plugins/${SINK_CLASS}/config/validate`, body: { ...config({ 'tasks.max': 'x' }) } },
  { name: 'validate without class', method: 'PUT', path: `/connector-plugins/${SINK_CLASS}/config/validate`, body: { name: 'a' } },
  {
    name: 'validate for another class',
    method: 'PUT',
    path: `/connector-plugins/${SINK_CLASS}/config/validate`,
    body: { ...config(), 'connector.class': 'Other' },
  },
  { name: 'validate an unknown plugin', method: 'PUT', path: '/connector-plugins/Nonsense/config/validate', body: { 'connector.class': 'Nonsense' } },
  { name: 'create', method: 'POST', path: '/connectors', body: { name: 'a', config: config() } },
  { name: 'create again', method: 'POST', path: '/connectors', body: { name: 'a', config: config() } },
  { name: 'create without name', method: 'POST', path: '/connectors', body: { config: config() } },
  { name: 'create without config', method: 'POST', path: '/connectors', body: { name: 'b' } },
  { name: 'create with two names', method: 'POST', path: '/connectors', body: { name: 'b', config: config({ name: 'c' }) } },
  { name: 'create with problems', method: 'POST', path: '/connectors', body: { name: 'b', config: config({ 'tasks.max': '0' }) } },
  { name: 'create without class', method: 'POST', path: '/connectors', body: { name: 'b', config: { topics: TOPIC } } },
  { name: 'create of an unknown class', method: 'POST', path: '/connectors', body: { name: 'b', config: config({ 'connector.class': 'Nonsense' }) } },
  { name: 'create with an unknown state', method: 'POST', path: '/connectors', body: { name: 'b', config: config(), initial_state: 'DANCING' } },
  { name: 'create with an unknown key', method: 'POST', path: '/connectors', body: { name: 'b', config: config(), other: 1 } },
  { name: 'create with no JSON', method: 'POST', path: '/connectors', body: '{"name":' },
  { name: 'create with a list', method: 'POST', path: '/connectors', body: [] },
  { name: 'create with nothing', method: 'POST', path: '/connectors' },
  { name: 'status', method: 'GET', path: '/connectors/a/status', until: `${running},"worker_id":"127.0.0.1:$PORT","version":"$VERSION"},{"id":1` },
  { name: 'connector', method: 'GET', path: '/connectors/a' },
  { name: 'connectors', method: 'GET', path: '/connectors' },
  { name: 'connectors with status', method: 'GET', path: '/connectors?expand=status' },
  { name: 'connectors with info', method: 'GET', path: '/connectors?expand=info' },
  { name: 'connectors with both', method: 'GET', path: '/connectors?expand=status&expand=info' },
  { name: 'connectors with nonsense', method: 'GET', path: '/connectors?expand=nonsense' },
  { name: 'config', method: 'GET', path: '/connectors/a/config' },
  { name: 'tasks', method: 'GET', path: '/connectors/a/tasks' },
  { name: 'task status', method: 'GET', path: '/connectors/a/tasks/1/status' },
  { name: 'status of no task', method: 'GET', path: '/connectors/a/tasks/7/status' },
  { name: 'status of a task without number', method: 'GET', path: '/connectors/a/tasks/x/status' },
  { name: 'topics', method: 'GET', path: '/connectors/a/topics', until: TOPIC },
  { name: 'reset topics', method: 'PUT', path: '/connectors/a/topics/reset' },
  { name: 'offsets', method: 'GET', path: '/connectors/a/offsets', until: 'kafka_offset' },
  { name: 'set offsets while it runs', method: 'PATCH', path: '/connectors/a/offsets', body: offsetsOf([[TOPIC, 0, 1]]) },
  { name: 'reset offsets while it runs', method: 'DELETE', path: '/connectors/a/offsets' },
  { name: 'pause', method: 'PUT', path: '/connectors/a/pause' },
  {
    name: 'paused',
    method: 'GET',
    path: '/connectors/a/status',
    until: '"PAUSED","worker_id":"127.0.0.1:$PORT","version":"$VERSION"},{"id":1,"state":"PAUSED"',
  },
  { name: 'resume', method: 'PUT', path: '/connectors/a/resume' },
  {
    name: 'resumed',
    method: 'GET',
    path: '/connectors/a/status',
    until: '"RUNNING","worker_id":"127.0.0.1:$PORT","version":"$VERSION"},{"id":1,"state":"RUNNING"',
  },
  { name: 'restart the connector', method: 'POST', path: '/connectors/a/restart' },
  { name: 'restart what failed', method: 'POST', path: '/connectors/a/restart?onlyFailed=true' },
  { name: 'restart all', method: 'POST', path: '/connectors/a/restart?includeTasks=true' },
  {
    name: 'restarted',
    method: 'GET',
    path: '/connectors/a/status',
    until: '"RUNNING","worker_id":"127.0.0.1:$PORT","version":"$VERSION"},{"id":1,"state":"RUNNING"',
  },
  { name: 'restart a task', method: 'POST', path: '/connectors/a/tasks/0/restart' },
  { name: 'restart no task', method: 'POST', path: '/connectors/a/tasks/7/restart' },
  { name: 'put the same config', method: 'PUT', path: '/connectors/a/config', body: config() },
  { name: 'put a config under another name', method: 'PUT', path: '/connectors/a/config', body: config({ name: 'b' }) },
  { name: 'put a config with problems', method: 'PUT', path: '/connectors/a/config', body: config({ 'tasks.max': '0' }) },
  { name: 'put a config that is a number', method: 'PUT', path: '/connectors/a/config', body: config({ 'tasks.max': 1 }) },
  { name: 'patch a config', method: 'PATCH', path: '/connectors/a/config', body: { 'tasks.max': '2', 'errors.log.enable': 'true' } },
  { name: 'patch a key away', method: 'PATCH', path: '/connectors/a/config', body: { 'errors.log.enable': null } },
  { name: 'patch the config of nobody', method: 'PATCH', path: '/connectors/nobody/config', body: { 'tasks.max': '2' } },
  { name: 'put a new config', method: 'PUT', path: '/connectors/b/config', body: config({ topics: OTHER_TOPIC, 'tasks.max': '1' }) },
  { name: 'put a config with no JSON', method: 'PUT', path: '/connectors/b/config', body: '[1' },
  { name: 'stop', method: 'PUT', path: '/connectors/a/stop' },
  { name: 'stopped', method: 'GET', path: '/connectors/a/status', until: '"tasks":[]' },
  { name: 'tasks when stopped', method: 'GET', path: '/connectors/a/tasks', until: '[]' },
  { name: 'connector when stopped', method: 'GET', path: '/connectors/a' },
  { name: 'offsets when stopped', method: 'GET', path: '/connectors/a/offsets' },
  { name: 'set offsets', method: 'PATCH', path: '/connectors/a/offsets', body: offsetsOf([[TOPIC, 0, 1]]), until: 'successfully' },
  { name: 'offsets as set', method: 'GET', path: '/connectors/a/offsets' },
  { name: 'set offsets as text', method: 'PATCH', path: '/connectors/a/offsets', body: offsetsOf([[TOPIC, '0', '2']]) },
  { name: 'offsets as set by text', method: 'GET', path: '/connectors/a/offsets' },
  { name: 'set no offsets', method: 'PATCH', path: '/connectors/a/offsets', body: { offsets: [] } },
  { name: 'set offsets without list', method: 'PATCH', path: '/connectors/a/offsets', body: {} },
  { name: 'set an offset without partition', method: 'PATCH', path: '/connectors/a/offsets', body: { offsets: [{ offset: { kafka_offset: 1 } }] } },
  {
    name: 'set an offset with another key',
    method: 'PATCH',
    path: '/connectors/a/offsets',
    body: { offsets: [{ partition: { table: 'x' }, offset: { kafka_offset: 1 } }] },
  },
  { name: 'set an offset that is a word', method: 'PATCH', path: '/connectors/a/offsets', body: offsetsOf([[TOPIC, 0, 'many']]) },
  { name: 'set an offset below zero', method: 'PATCH', path: '/connectors/a/offsets', body: offsetsOf([[TOPIC, 0, -1]]) },
  {
    name: 'reset one offset',
    method: 'PATCH',
    path: '/connectors/a/offsets',
    body: { offsets: [{ partition: { kafka_topic: TOPIC, kafka_partition: 0 }, offset: null }] },
  },
  { name: 'reset offsets', method: 'DELETE', path: '/connectors/a/offsets' },
  { name: 'pause what is stopped', method: 'PUT', path: '/connectors/a/pause' },
  { name: 'paused after stopped', method: 'GET', path: '/connectors/a/status', until: '"PAUSED"' },
  { name: 'create stopped', method: 'POST', path: '/connectors', body: { name: 'c', config: config(), initial_state: 'STOPPED' } },
  { name: 'created stopped', method: 'GET', path: '/connectors/c/status', until: '"STOPPED"' },
  { name: 'create paused', method: 'POST', path: '/connectors', body: { name: 'd', config: config({ 'tasks.max': '1' }), initial_state: 'paused' } },
  { name: 'created paused', method: 'GET', path: '/connectors/d/status', until: '"PAUSED"' },
  { name: 'get nobody', method: 'GET', path: '/connectors/nobody' },
  { name: 'config of nobody', method: 'GET', path: '/connectors/nobody/config' },
  { name: 'status of nobody', method: 'GET', path: '/connectors/nobody/status' },
  { name: 'tasks of nobody', method: 'GET', path: '/connectors/nobody/tasks' },
  { name: 'task of nobody', method: 'GET', path: '/connectors/nobody/tasks/0/status' },
  { name: 'topics of nobody', method: 'GET', path: '/connectors/nobody/topics' },
  { name: 'reset topics of nobody', method: 'PUT', path: '/connectors/nobody/topics/reset' },
  { name: 'offsets of nobody', method: 'GET', path: '/connectors/nobody/offsets' },
  { name: 'set offsets of nobody', method: 'PATCH', path: '/connectors/nobody/offsets', body: offsetsOf([[TOPIC, 0, 1]]) },
  { name: 'reset offsets of nobody', method: 'DELETE', path: '/connectors/nobody/offsets' },
  { name: 'pause nobody', method: 'PUT', path: '/connectors/nobody/pause' },
  { name: 'resume nobody', method: 'PUT', path: '/connectors/nobody/resume' },
  { name: 'stop nobody', method: 'PUT', path: '/connectors/nobody/stop' },
  { name: 'restart nobody', method: 'POST', path: '/connectors/nobody/restart' },
  { name: 'restart all of nobody', method: 'POST', path: '/connectors/nobody/restart?includeTasks=true' },
  { name: 'restart a task of nobody', method: 'POST', path: '/connectors/nobody/tasks/0/restart' },
  { name: 'delete nobody', method: 'DELETE', path: '/connectors/nobody' },
  { name: 'delete', method: 'DELETE', path: '/connectors/a' },
  { name: 'deleted', method: 'GET', path: '/connectors/a' },
  { name: 'delete the others', method: 'DELETE', path: '/connectors/b' },
  { name: 'no such page', method: 'GET', path: '/nonsense' },
  { name: 'no such method', method: 'DELETE', path: '/connectors' },
  { name: 'loggers', method: 'GET', path: '/admin/loggers' },
  { name: 'root logger', method: 'GET', path: '/admin/loggers/root' },
];

function offsetsOf(rows: readonly (readonly [topic: string, partition: number | string, offset: number | string])[]) {
  return {
    offsets: rows.map(([topic, partition, offset]) => ({ partition: { kafka_topic: topic, kafka_partition: partition }, offset: { kafka_offset: offset } })),
  };
}

const WAIT_MS = 200;
const ATTEMPTS = 150;

/**
 * Holds the dialogue with a worker.
 *
 * @param ask Makes one request; placeholders are in none of its arguments.
 * @param placeholders What `$NAME` stands for.
 * @returns The last answer to each. @throws Error that names the exchange whose answer never had what it was to wait for.
 */
export async function converse(
  ask: (method: Exchange['method'], path: string, body: string | undefined) => Promise<Answer>,
  placeholders: Readonly<Record<string, string>>,
  wait: (ms: number) => Promise<unknown>,
): Promise<Readonly<Record<string, Answer>>> {
  const fill = (text: string) => text.replaceAll(/\$[A-Z_]+/g, (name) => placeholders[name] ?? name);
  const answers: Record<string, Answer> = {};
  for (const { name, method, path, body, until } of dialogue) {
    const text = body === undefined ? undefined : fill(typeof body === 'string' ? body : JSON.stringify(body));
    for (let attempt = 0; ; attempt++) {
      const answer = await ask(method, fill(path), text);
      answers[name] = answer;
      if (until === undefined || JSON.stringify(answer.body).includes(fill(until))) break;
      if (attempt === ATTEMPTS) throw new Error(`"${name}" never answered with ${fill(until)}, but with ${JSON.stringify(answer)}`);
      await wait(WAIT_MS);
    }
  }
  return answers;
}
