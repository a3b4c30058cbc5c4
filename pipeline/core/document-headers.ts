// What a record of a sink topic says of its document besides the document itself. Written by publish, read by connectors; UTF-8.

export const DOCUMENT_HEADERS = {
  /** The document's own id, as it stands in it: `event.id` of ECS, `metadata.uid` of OCSF. Another revision has another one. */
  id: 'goshawk.id',
  /** `event`, `finding` or `alert`. */
  kind: 'goshawk.kind',
  organization: 'goshawk.organization',
  /** Of an event its dataset, else `goshawk.finding` or `goshawk.alert`. */
  dataset: 'goshawk.dataset',
  /** Names of the subscriptions that asked for it, sorted, with commas between them. */
  subscriptions: 'goshawk.subscriptions',
} as const;
