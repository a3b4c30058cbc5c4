import { z } from 'zod';
import type { Micros } from '../../../pipeline/core/index.ts';
import type { TrustDomainRow } from '../../../store/queries/trust-domains.ts';
import { keyNamesOf, trustDomainInput, trustDomainName } from '../../auth/workload/trust-domains.ts';
import { notFound } from '../../gate/problem.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import type { ApiContext } from '../context.ts';

interface Named {
  readonly name: string;
}
interface SaveArgs extends Named {
  readonly input: Readonly<Record<string, unknown>>;
  readonly replaces?: Micros | null;
}
const named = z.strictObject({ name: trustDomainName });

export default {
  Query: {
    trustDomains: (_root: unknown, _args: unknown, { principal, services }: ApiContext) => services.trustDomains.list(principal.organization),
    trustDomain: async (_root: unknown, { name }: Named, { principal, services }: ApiContext) =>
      (await services.trustDomains.list(principal.organization)).find((row) => row.name === name) ?? null,
  },
  Mutation: {
    saveTrustDomain: (_root: unknown, { name, input, replaces }: SaveArgs, { principal, services }: ApiContext) =>
      services.trustDomains.save(principal, checkedInput(named, { name }, 'arguments').name, checkedInput(trustDomainInput, input, 'input'), replaces ?? null),
    async removeTrustDomain(_root: unknown, { name }: Named, { principal, services }: ApiContext) {
      if (!trustDomainName.safeParse(name).success) throw notFound('trust domain');
      await services.trustDomains.remove(principal, name);
      return true;
    },
  },
  TrustDomain: {
    keys: keyNamesOf,
    audience: (_domain: TrustDomainRow, _args: unknown, { principal, services }: ApiContext) => services.trustDomains.audience(principal.organization),
  },
};
