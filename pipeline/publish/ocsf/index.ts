// OCSF 1.8.0 documents of what is published: https://schema.ocsf.io/1.8.0
import type { Context, Event } from '../../../schemas/avro/types.gen.ts';
import { eventDocument } from './event.ts';

export { eventDocument };
export const eventText = (event: Event, context: Context): string => JSON.stringify(eventDocument(event, context));
export { alertDocument, findingDocument } from './finding.ts';
