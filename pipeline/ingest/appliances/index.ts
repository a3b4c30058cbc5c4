// Appliances and services that are known by their syslog: the product, who it is about, and what frequent messages say. One row each in products.ts.
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import { draft, keyValues, LIKELY, messageText, newFields, readTime, setEcs, setField, stamp, textNative } from '../kit.ts';
import type { Product } from './products.ts';
import { bindHead, productOf, PRODUCTS } from './products.ts';

const decoder: Decoder = {
  name: 'appliances',
  version: 2,
  reads:
    'Syslog of appliances and services known by their wording, and files of BIND: Check Point, BIND, ISC DHCP, Aruba, HPE, Brocade, NetApp, Blue Coat, RSA SecurID, Darktrace and others',
  recognisedBy: 'the program, the structured data or the wording; one row each in products.ts',
  datasets: [...new Set(PRODUCTS.map(({ dataset }) => dataset))],
  recognise: (document) => (productOf(document) !== undefined ? LIKELY : 0),
  decode(document) {
    const product = productOf(document);
    return product === undefined ? 'no product that is known by its wording' : [eventOf(document, product)];
  },
};
export default decoder;

function eventOf(document: RawDocument, product: Product): Draft {
  const { text, syslog, json } = document;
  const fields: Fields = newFields();
  if (product.hasPairs === true) Object.assign(fields, keyValues(text));
  if (json !== undefined) Object.assign(fields, json);
  const said = product.reads?.map((pattern) => pattern.exec(text.length > 2048 ? text.slice(0, 2048) : text)?.groups).find((groups) => groups !== undefined);
  const bind = bindHead(document);
  Object.assign(fields, bind);
  const event = draft(product.dataset, product.dataset.split('.', 1)[0]!, textNative(document, { ...fields, message: text, ...said }));
  event.logsource = { category: product.service === 'dns' ? ['dns'] : product.service === 'proxy' ? ['proxy'] : [], service: [] };
  event.provider = syslog?.appName ?? null;
  event.code = syslog?.msgId ?? null;
  event.message = messageText(text) || null;
  if (bind !== undefined) stamp(event, readTime(bind.time!.replace(/^(\d\d)-(\w{3})-(\d{4})/, '$2 $1 $3'), document.appendedAt), document.zone);
  setField(event, 'log.level', bind?.level);
  setField(event, 'log.logger', bind?.category);
  setEcs(event, 'observer.vendor', product.vendor);
  for (const [name, value] of Object.entries(said ?? {})) if (value !== undefined) setField(event, ECS_NAMES.get(name)!, value);
  if (product.service === 'dns' && event.source !== null) {
    event.category = ['network'];
    event.type = ['protocol'];
    event.network = { transport: null, protocol: 'dns', direction: null, communityId: null, bytes: null, packets: null };
  }
  return event;
}

/** Names of the groups in products.ts. */
const ECS_NAMES: ReadonlyMap<string, string> = new Map(
  ['source.ip', 'source.port', 'dns.question.name', 'dns.question.class', 'dns.question.type', 'event.action', 'client.ip', 'client.mac', 'host.name'].map(
    (name) => [name.replaceAll('.', '_'), name],
  ),
);
