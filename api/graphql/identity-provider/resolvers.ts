import { z } from 'zod';
import type { Micros } from '../../../pipeline/core/index.ts';
import type { ProviderRow } from '../../../store/queries/identity-providers.ts';
import { identityLink, providerInput, providerName } from '../../auth/oidc/providers.ts';
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
interface LinkArgs {
  readonly provider: string;
  readonly subject: string;
  readonly user: string;
}
const named = z.strictObject({ name: providerName });
const isName = (name: string): boolean => providerName.safeParse(name).success;
/** @throws ApiProblem NOT_FOUND for what no provider can be called. */
const knownName = (name: string): string => {
  if (!isName(name)) throw notFound('identity provider');
  return name;
};

export default {
  Query: {
    identityProviders: (_root: unknown, _args: unknown, { principal, services }: ApiContext) => services.identityProviders.list(principal.organization),
    identityProvider: async (_root: unknown, { name }: Named, { principal, services }: ApiContext) =>
      (await services.identityProviders.list(principal.organization)).find((row) => row.name === name) ?? null,
    identityProviderAddresses: (_root: unknown, args: Named, { principal, services, apiUrl }: ApiContext) =>
      services.identityProviders.addresses(principal.organization, checkedInput(named, args, 'arguments').name, apiUrl),
  },
  Mutation: {
    saveIdentityProvider: (_root: unknown, { name, input, replaces }: SaveArgs, { principal, services }: ApiContext) =>
      services.identityProviders.save(
        principal,
        checkedInput(named, { name }, 'arguments').name,
        checkedInput(providerInput, input, 'input', ['clientSecret']),
        replaces ?? null,
      ),
    async removeIdentityProvider(_root: unknown, { name }: Named, { principal, services }: ApiContext) {
      await services.identityProviders.remove(principal, knownName(name));
      return true;
    },
    async tryIdentityProvider(_root: unknown, { name }: Named, { principal, services }: ApiContext) {
      const { endpoints, ...said } = await services.identityProviders.tryOut(principal.organization, knownName(name));
      return { ...said, endpoints: Object.entries(endpoints).map(([endpoint, url]) => ({ name: endpoint, url })) };
    },
    async linkIdentity(_root: unknown, { provider, ...who }: LinkArgs, { principal, services }: ApiContext) {
      const { subject, user } = checkedInput(identityLink, who, 'arguments');
      await services.identityProviders.link(principal, knownName(provider), subject, user);
      return true;
    },
  },
  IdentityProvider: {
    addresses: ({ name }: ProviderRow, _args: unknown, { principal, services, apiUrl }: ApiContext) =>
      services.identityProviders.addresses(principal.organization, name, apiUrl),
  },
};
