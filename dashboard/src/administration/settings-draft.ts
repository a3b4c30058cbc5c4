// The settings of the organization as its form has them.
import type { OrganizationSettingsChange, OrganizationSettingsQuery } from '../gql/graphql.ts';
import { isSameList, itemsOf, linesOf } from './lists.ts';

export type Settings = OrganizationSettingsQuery['organization'];
export interface SettingsDraft {
  readonly name: string;
  readonly mfaRoles: readonly string[];
  /** Empty: as the installation has it. */
  readonly sessionHours: string;
  /** One a line. */
  readonly outboundHosts: string;
}

export const settingsDraftOf = ({ name, mfaRoles, sessionHours, outboundHosts }: Settings): SettingsDraft => ({
  name,
  mfaRoles,
  sessionHours: sessionHours === null ? '' : String(sessionHours),
  outboundHosts: linesOf(outboundHosts),
});

/** What differs, and nothing else: what somebody else changes meanwhile stays theirs. Null when nothing does. */
export function settingsChange(before: Settings, draft: SettingsDraft): OrganizationSettingsChange | null {
  const hours = draft.sessionHours.trim() === '' ? null : Number(draft.sessionHours);
  const hosts = itemsOf(draft.outboundHosts);
  const change = {
    ...(draft.name.trim() !== before.name && { name: draft.name.trim() }),
    ...(!isSameList(draft.mfaRoles.toSorted(byText), before.mfaRoles.toSorted(byText)) && { mfaRoles: [...draft.mfaRoles] }),
    ...(hours !== before.sessionHours && { sessionHours: hours }),
    ...(!isSameList(hosts, before.outboundHosts) && { outboundHosts: [...hosts] }),
  };
  return Object.keys(change).length === 0 ? null : change;
}

/** The change that takes another one back. */
export const changeBack = ({ name, mfaRoles, sessionHours, outboundHosts }: Settings, change: OrganizationSettingsChange): OrganizationSettingsChange => ({
  ...('name' in change && { name }),
  ...('mfaRoles' in change && { mfaRoles }),
  ...('sessionHours' in change && { sessionHours }),
  ...('outboundHosts' in change && { outboundHosts }),
});

const byText = (a: string, b: string): number => a.localeCompare(b);
