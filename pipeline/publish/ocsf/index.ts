// OCSF 1.8.0 documents of what is published: https://schema.ocsf.io/1.8.0
export { eventDocument } from './event.ts';
export { alertDocument, findingDocument } from './finding.ts';
