import { describe, expect, it } from 'vitest';
import { changeBack, settingsChange, settingsDraftOf, type Settings, type SettingsDraft } from './settings-draft.ts';

const SETTINGS: Settings = {
  id: 'acme',
  name: 'Acme',
  createdAt: '2026-01-01T00:00:00Z',
  mfaRoles: ['admin', 'engineer'],
  sessionHours: 8,
  outboundHosts: ['siem.internal'],
  openableNetworks: [],
  changedAt: '2026-01-02T00:00:00Z',
  retention: null,
};

describe('the settings of an organization', () => {
  it.each<[what: string, draft: Partial<SettingsDraft>, change: object | null]>([
    ['nothing', {}, null],
    ['nothing where only blanks differ', { name: ' Acme ', outboundHosts: ' siem.internal\n\n' }, null],
    ['nothing where roles are in another order', { mfaRoles: ['engineer', 'admin'] }, null],
    ['the name alone', { name: 'Acme Ltd' }, { name: 'Acme Ltd' }],
    ['no hours of its own any more', { sessionHours: '' }, { sessionHours: null }],
    ['fewer roles', { mfaRoles: ['admin'] }, { mfaRoles: ['admin'] }],
    ['no roles and no hosts', { mfaRoles: [], outboundHosts: '' }, { mfaRoles: [], outboundHosts: [] }],
  ])('send %s', (_what, draft, change) => {
    expect(settingsChange(SETTINGS, { ...settingsDraftOf(SETTINGS), ...draft })).toEqual(change);
  });

  it('go back in what was changed, and in nothing else', () => {
    expect(changeBack(SETTINGS, { sessionHours: null, mfaRoles: [] })).toEqual({ sessionHours: 8, mfaRoles: ['admin', 'engineer'] });
    expect(changeBack({ ...SETTINGS, sessionHours: null }, { sessionHours: 4 })).toEqual({ sessionHours: null });
  });
});
