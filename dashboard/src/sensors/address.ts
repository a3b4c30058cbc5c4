/** Of the list. Absent means all that were not revoked. */
export interface SensorsSearch {
  /** Part of the name. */
  readonly name?: string;
  readonly revoked?: '1';
}

/** What cannot be read is left out. */
export function readSensorsSearch({ name, revoked }: Record<string, unknown>): SensorsSearch {
  return { ...(typeof name === 'string' && name !== '' ? { name } : {}), ...(revoked === '1' ? { revoked } : {}) };
}

export const SPANS = ['24h', '7d', '30d'] as const;
/** Of one sensor: over which time its health is shown (24 hours unless said), whether a dialog is open, and which configuration is shown. */
export interface SensorSearch {
  readonly span?: (typeof SPANS)[number];
  readonly ask?: 'rotate' | 'revoke';
  readonly shipper?: string;
}

export function readSensorSearch({ span, ask, shipper }: Record<string, unknown>): SensorSearch {
  const known = SPANS.find((one) => one === span);
  return {
    ...(known === undefined ? {} : { span: known }),
    ...(ask === 'rotate' || ask === 'revoke' ? { ask } : {}),
    ...(typeof shipper === 'string' && shipper !== '' ? { shipper } : {}),
  };
}

/** Of the form: the kind of credential that is chosen; a token unless said. */
export interface EnrolSearch {
  readonly kind?: 'mtls' | 'spiffe' | 'sasl';
}
export function readEnrolSearch({ kind }: Record<string, unknown>): EnrolSearch {
  return kind === 'mtls' || kind === 'spiffe' || kind === 'sasl' ? { kind } : {};
}
