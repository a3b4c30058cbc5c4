import type { SensorAccess } from '../sensor.ts';
import { overHttp } from './over-http.ts';
import { overKafka } from './over-kafka.ts';
import type { BrokerUser } from './over-kafka.ts';
import { overSyslog } from './over-syslog.ts';
import type { Snippet, SnippetInput } from './snippet.ts';

export { SHIPPERS } from './snippet.ts';
export type { SensorAddresses, Shipper, Snippet, SnippetInput } from './snippet.ts';
export type { BrokerUser } from './over-kafka.ts';

/** Ready configurations for common shippers, with this sensor's addresses and, when it is known, its secret. */
export function snippetsOf(access: SensorAccess, input: SnippetInput, user: BrokerUser | null = null): readonly Snippet[] {
  switch (access) {
    case 'token':
      return overHttp(input);
    case 'mtls':
      return overSyslog(input, false);
    case 'spiffe':
      return overSyslog(input, true);
    case 'sasl':
      return overKafka(input, user);
  }
}
