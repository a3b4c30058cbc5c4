import { ledgerState } from '../../../store/queries/ledger.ts';
import type { ApiContext } from '../context.ts';

export default { Query: { ledger: (_root: unknown, _args: unknown, { read }: ApiContext) => read(ledgerState) } };
