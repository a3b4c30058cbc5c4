// Another Kafka, as a sink is given it: the runtime's own client, whose connections go through the guard.
import type { AllowList } from '../../outbound/allow-list.ts';
import type { DialTls } from '../../outbound/dial.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';

export interface ClusterOptions {
  /** `host:port` of some brokers. Each broker's own address, which the cluster names, is guarded like these. */
  readonly brokers: readonly string[];
  /** Null: no TLS. */
  readonly tls: DialTls | null;
  readonly sasl: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string } | null;
  readonly compression: 'none' | 'zstd';
  readonly allow: AllowList;
}
export interface Cluster {
  readonly broker: Pick<Broker, 'producer' | 'admin' | 'close'>;
  /** Never resolves. Rejects with ConfigError OUTBOUND_REFUSED as soon as one of the cluster's addresses may not be reached. */
  readonly refused: Promise<never>;
}
export type OpenCluster = (options: ClusterOptions) => Cluster;
