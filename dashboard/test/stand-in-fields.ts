// The field catalogue of the stand-in: two datasets, one with a new field and one that has vanished.
const times = { firstSeen: '2026-01-05T09:00:00.000000Z', lastSeen: '2026-01-12T09:00:00.000000Z' };

const field = (dataset: string, name: string, share: number, examples: readonly string[], state = 'known') => ({
  dataset,
  kind: 'ecs',
  name,
  types: ['text'],
  examples,
  events: Math.round(share * 400),
  share,
  keys: 0,
  state,
  ...times,
});

const FIELDS = [
  field('linux.auth', 'host.name', 1, ['WEB-01', 'WEB-02']),
  field('linux.auth', 'source.ip', 0.6, ['203.0.113.5']),
  field('linux.auth', 'user.name', 0.9, ['root'], 'new'),
  field('windows.sysmon', 'host.name', 1, ['WORKSTATION5']),
  field('windows.sysmon', 'process.pe.company', 0.004, ['Microsoft Corporation'], 'vanished'),
];

const countOf = (dataset: string, state?: string): number => FIELDS.filter((one) => one.dataset === dataset && (state ?? one.state) === one.state).length;

export const fieldDatasets = () =>
  ['linux.auth', 'windows.sysmon'].map((dataset) => ({
    dataset,
    events: 400,
    fields: countOf(dataset),
    newFields: countOf(dataset, 'new'),
    vanishedFields: countOf(dataset, 'vanished'),
    leftOut: 0,
    ...times,
  }));

export const fieldsOf = (filter: { readonly dataset?: string | null; readonly state?: string | null; readonly search?: string | null } | null | undefined) =>
  FIELDS.filter(
    ({ dataset, state, name }) =>
      (filter?.dataset ?? dataset) === dataset && (filter?.state ?? state) === state && name.includes((filter?.search ?? '').toLowerCase()),
  );
