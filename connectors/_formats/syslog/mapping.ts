// Parameters of the structured data of our syslog messages, and where their values come from.
import type { Mapping } from '../pairs/mapping.ts';
import { mapping } from '../pairs/mapping.ts';

/** Of RFC 5424, section 6, in characters. */
export const LENGTHS = { hostname: 255, appName: 48, procId: 128, msgId: 32, paramName: 32 } as const;
/** Keeps the whole header below the 2,048 octets that receivers should take. */
const LONGEST = 256;

export const PARAMETERS: readonly Mapping[] = [
  mapping('id', 'text', LONGEST, 'event.id', 'metadata.uid'),
  mapping('kind', 'text', LONGEST, 'event.kind', 'class_name'),
  mapping('organization', 'text', LONGEST, 'organization.id', 'metadata.tenant_uid'),
  mapping('dataset', 'text', LONGEST, 'event.dataset', 'metadata.log_name'),
  mapping('severity', 'text', LONGEST, 'event.severity', 'severity'),
  mapping('rule', 'text', LONGEST, 'rule.id goshawk.alert.rules?', 'finding_info.analytic.uid'),
  mapping('title', 'text', LONGEST, 'message?', 'finding_info.title'),
];
