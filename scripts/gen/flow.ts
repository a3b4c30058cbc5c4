import { picture } from '../../topologies/telemetry/flow.ts';
import type { Generator } from './files.ts';

export default { name: 'flow', generate: () => new Map([['topologies/telemetry/flow.golden.txt', picture()]]) } satisfies Generator;
