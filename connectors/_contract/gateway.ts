// What a source is given in tests: a gateway that keeps records in memory, and can be told not to take them.
import pino from 'pino';
import type { ConnectorDeps, Delivery, InputDrop } from '../../pipeline/core/connector.ts';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { AuthenticatedSensor, SensorCredential } from '../../pipeline/core/sensor.ts';

export interface TestGateway {
  readonly deps: ConnectorDeps;
  readonly taken: { readonly text: string; readonly value: Buffer; readonly delivery: Delivery }[];
  readonly dropped: Partial<Record<InputDrop, number>>;
  readonly seen: SensorCredential[];
  /** While it is set, nothing is taken. */
  fault: 'GATEWAY_BUSY' | 'BROKER_UNAVAILABLE' | 'DATABASE_UNAVAILABLE' | null;
  /** Deliveries that were asked for, taken or not. */
  asked: number;
  /** Who has the token `ghs_right`, or any certificate. */
  sensor: AuthenticatedSensor | null;
  /** Ends the credential of who is connected. */
  readonly revoke: () => void;
}

export const enrolled: AuthenticatedSensor = { organization: 'alpha', sensor: 'fw-1', source: 'firewall', format: null, credentialId: 'c1', expiresAt: null };

export function testGateway(): TestGateway {
  const watchers = new Set<() => void>();
  const gateway: TestGateway = {
    taken: [],
    dropped: {},
    seen: [],
    fault: null,
    asked: 0,
    sensor: enrolled,
    revoke: () => watchers.forEach((onEnd) => onEnd()),
    deps: {
      log: pino({ level: 'silent' }),
      async deliver(values, delivery) {
        gateway.asked += 1;
        if (gateway.fault === 'GATEWAY_BUSY' || gateway.fault === 'BROKER_UNAVAILABLE') throw new RetryableError(gateway.fault, 'Not now.');
        for (const value of values) gateway.taken.push({ text: String(value), value, delivery });
        return values.map((_value, offset) => ({ topic: 't', partition: 0, offset, takenAt: 0 }));
      },
      countDropped: (reason, records) => void (gateway.dropped[reason] = (gateway.dropped[reason] ?? 0) + records),
      sensors: {
        async authenticateSensor(credential) {
          gateway.seen.push(credential);
          if (gateway.fault === 'DATABASE_UNAVAILABLE') throw new RetryableError('DATABASE_UNAVAILABLE', 'Not now.');
          return credential.kind === 'token' && credential.token !== 'ghs_right' ? null : gateway.sensor;
        },
        watch(_sensor, onEnd) {
          watchers.add(onEnd);
          return () => void watchers.delete(onEnd);
        },
      },
    },
  };
  return gateway;
}
