// Events of the Docker engine: `docker events --format json`, GET /events, and what Wazuh's listener makes of them.
// https://docs.docker.com/reference/cli/docker/system/events/
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import { CERTAIN, draft, exactJson, isObject, mapping, objectOf, setField, text, via } from '../kit.ts';
import { meaningOf } from './meaning.ts';

const set = mapping({ '@timestamp': ['timeNano', 'time'], 'service.type': via('Type', () => 'docker') });
const setContainer = mapping({
  'container.id': ['Actor.ID', 'id'],
  'container.name': 'Actor.Attributes.name',
  'process.exit_code': 'Actor.Attributes.exitCode',
});

const isEvent = (value: unknown): boolean =>
  isObject(value) && typeof value.Type === 'string' && typeof value.Action === 'string' && isObject(value.Actor) && typeof value.Actor.ID === 'string';

const decoder: Decoder = {
  name: 'docker-events',
  version: 1,
  reads: 'Docker engine events of containers, images, networks, volumes, swarm services and nodes; also through the Wazuh docker-listener',
  recognisedBy: 'Type, Action and Actor.ID, also below `docker`',
  datasets: ['docker.event'],
  clues: { members: ['Actor', 'docker'] },
  recognise: ({ json }) => (isEvent(json) || isEvent(json?.docker) ? CERTAIN : 0),
  decode(document) {
    if (document.json === undefined) return 'not a JSON object';
    const json = exactJson(document);
    if (isEvent(json)) return [eventOf(document, json)];
    return isEvent(json.docker) ? [eventOf(document, objectOf(json.docker))] : 'no event of Docker';
  },
};
export default decoder;

function eventOf(document: RawDocument, fields: JsonObject): Draft {
  const event = draft('docker.event', 'docker', document.bytes);
  const attributes = objectOf(objectOf(fields.Actor).Attributes);
  const [kind, action] = [text(fields.Type) ?? '', text(fields.Action) ?? ''];
  // `exec_start: sh -c top` has the command behind the name; health_status its result.
  const colon = action.indexOf(':');
  const name = colon < 0 ? action : action.slice(0, colon);
  const rest = colon < 0 ? null : action.slice(colon + 1);
  const { category, type } = meaningOf(kind, name);
  event.provider = kind;
  event.action = `${kind}-${name}`;
  event.category = category;
  event.type = type;
  set(event, fields, document);
  if (kind === 'container') {
    setContainer(event, fields, document);
    image(event, text(attributes.image) ?? text(fields.from));
    if (name.startsWith('exec_')) setField(event, 'process.command_line', rest?.trim());
    event.outcome = outcomeOf(name, text(attributes.exitCode), rest);
    setField(event, 'orchestrator.resource.name', text(attributes['io.kubernetes.pod.name']));
    if (attributes['io.kubernetes.pod.name'] !== undefined) setField(event, 'orchestrator.type', 'kubernetes');
    setField(event, 'orchestrator.namespace', text(attributes['io.kubernetes.pod.namespace']));
  } else {
    event.outcome = 'unknown';
    if (kind === 'image') image(event, text(attributes.name) ?? text(objectOf(fields.Actor).ID));
    // Networks and volumes name the container that they are joined to.
    setField(event, 'container.id', text(attributes.container));
    if (kind === 'network') {
      setField(event, 'network.name', text(attributes.name));
      setField(event, 'network.type', text(attributes.type));
    } else if (kind === 'node') setField(event, 'service.node.name', text(attributes.name));
    else if (kind === 'service') setField(event, 'service.name', text(attributes.name));
  }
  const what = text(attributes.name) ?? text(objectOf(fields.Actor).ID)?.slice(0, 12) ?? '';
  event.message = `${kind} ${name} ${what}${rest === null ? '' : `:${rest}`}`.trimEnd();
  return event;
}

/** `registry:5000/name:tag`, `name@sha256:..`. */
function image(event: Draft, written: string | null): void {
  if (written === null) return;
  const slash = written.lastIndexOf('/');
  const colon = written.indexOf(':', slash + 1);
  const hasTag = colon > 0 && !written.includes('@') && !written.startsWith('sha256:');
  setField(event, 'container.image.name', hasTag ? written.slice(0, colon) : written);
  if (hasTag) setField(event, 'container.image.tag', [written.slice(colon + 1)]);
}

/** A container that ends by itself says with what; one that was told to end did as it was told. */
function outcomeOf(name: string, exitCode: string | null, rest: string | null): string {
  if (name === 'oom' || (name === 'health_status' && rest?.trim() === 'unhealthy')) return 'failure';
  return (name === 'die' || name === 'exec_die') && exitCode !== null && exitCode !== '0' ? 'failure' : 'success';
}
