import type { OpenStandIn } from '../../_contract/stand-in.ts';
import { openCollectorStandIn } from '../../_sink/syslog/test/stand-in.ts';

/** The id stands in the structured data of the header. */
export const openStandIn: OpenStandIn = () => openCollectorStandIn((message) => /^<\d+>1 .*?\[goshawk@32473 id="([^"]*)"/.exec(message)?.[1] ?? '');
