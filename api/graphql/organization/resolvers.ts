import type { Micros } from '../../../pipeline/core/index.ts';
import { newOrganization, organizationChange, settingsChange } from '../../access/input.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import type { ApiContext } from '../context.ts';

type Given = Readonly<Record<string, unknown>>;
interface SettingsArgs {
  readonly change: Given;
  readonly replaces?: Micros | null;
}

export default {
  Query: {
    organization: (_root: unknown, _args: unknown, { principal, services }: ApiContext) => services.access.organizations.settings(principal),
    organizations: (_root: unknown, _args: unknown, { principal, services }: ApiContext) => services.access.organizations.list(principal),
  },
  Mutation: {
    changeOrganizationSettings: (_root: unknown, { change, replaces }: SettingsArgs, { principal, services }: ApiContext) =>
      services.access.organizations.changeSettings(principal, checkedInput(settingsChange, change, 'change', ['sessionHours']), replaces ?? undefined),
    async addOrganization(_root: unknown, { input }: { readonly input: Given }, { principal, services, apiUrl }: ApiContext) {
      const { organization, invited } = await services.access.organizations.add(principal, checkedInput(newOrganization, input, 'input'), apiUrl);
      return { organization, invitation: invited };
    },
    changeOrganization: (_root: unknown, { id, change }: { readonly id: string; readonly change: Given }, { principal, services }: ApiContext) =>
      services.access.organizations.change(principal, id, checkedInput(organizationChange, change, 'change')),
  },
  Organization: {
    openableNetworks: (_organization: unknown, _args: unknown, { services }: ApiContext) => services.openableNetworks,
    retention(_organization: unknown, _args: unknown, { services }: ApiContext) {
      const days = services.retentionDays;
      return days === null ? null : { eventDays: days.events, findingDays: days.findings, featureDays: days.features };
    },
  },
};
