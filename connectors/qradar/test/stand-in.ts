import type { OpenStandIn } from '../../_contract/stand-in.ts';
import { openCollectorStandIn } from '../../_sink/syslog/test/stand-in.ts';

export const openStandIn: OpenStandIn = () => openCollectorStandIn((message) => /\tGoshawkId=([^\t]*)/.exec(message)?.[1] ?? '');
