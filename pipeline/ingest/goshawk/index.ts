// What Goshawk itself tells on `raw.<organization>.gateway-goshawk`: the ticker when a sensor falls silent or speaks again and when a hunt finds
// something in stored events, the worker of connectors when one of them is so far behind that its topic may forget what it owes.
import { HUNT_DATASET, HUNT_KIND } from '../../../domains/hunt/index.ts';
import type { Decoder, Draft, JsonObject, RawDocument } from '../kit.ts';
import { CERTAIN, draft, exactJson, isObject, mapping, messageText, text } from '../kit.ts';

const set = mapping({ '@timestamp': 'at', 'event.start': 'since', 'host.name': 'sensor' });
const setOfConnector = mapping({ '@timestamp': 'at', 'event.start': 'since', 'host.name': 'host' });
const setTime = mapping({ '@timestamp': 'at' });

const decoder: Decoder = {
  name: 'goshawk',
  version: 4,
  reads: 'Goshawk itself: sensors that fall silent, connectors that are far behind, what hunts find',
  recognisedBy: 'the object `goshawk` with `kind` and `id`, on the topic that only the platform writes',
  datasets: ['goshawk.sensor', 'goshawk.connector', 'goshawk.probe', HUNT_DATASET],
  clues: { members: ['goshawk'] },
  isOfPlatform: true,
  recognise: ({ json }) => (isOurs(json?.goshawk) ? CERTAIN : 0),
  decode(document) {
    const { goshawk } = document.json === undefined ? {} : exactJson(document);
    return isOurs(goshawk) ? [eventOf(document, goshawk)] : 'no `goshawk` with `kind` and `id`';
  },
};
export default decoder;

type Told = JsonObject & { readonly kind: string; readonly id: string };
const isOurs = (value: unknown): value is Told => isObject(value) && typeof value.kind === 'string' && typeof value.id === 'string';

function eventOf(document: RawDocument, told: Told): Draft {
  if (told.kind === HUNT_KIND) return huntedOf(document, told);
  const about = /^(sensor|connector)-/.exec(told.kind)?.[1] ?? 'probe';
  const event = draft(`goshawk.${about}`, 'goshawk', document.bytes);
  event.logsource = { category: [], service: [about] };
  event.category = ['host'];
  event.type = ['info'];
  event.action = text(told.kind);
  event.id = `${told.kind} ${told.id}`;
  event.message = messageText(text(told.message) ?? '');
  (about === 'connector' ? setOfConnector : set)(event, told, document);
  return event;
}

/** DETECT makes the finding of it. Host and user are those of another event, which has told of them already: here they would count twice. */
function huntedOf(document: RawDocument, told: Told): Draft {
  const event = draft(HUNT_DATASET, 'goshawk', document.bytes);
  event.logsource = { category: [], service: ['hunt'] };
  event.category = ['threat'];
  event.type = ['indicator'];
  event.action = HUNT_KIND;
  event.id = `${HUNT_KIND} ${told.id}`;
  event.message = messageText(text(told.message) ?? '');
  setTime(event, told, document);
  return event;
}
