// Budgets and contrast: what must hold for every page, in both themes and on a phone.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { fitsThePhone, looksRightInBothThemes, PHONE } from './accessibility.ts';
import { chromiumPath, eventually, openStage, picture, pressSequence, type Stage } from './browser.ts';
import { CODE, INVITATION, PASSWORD } from './stand-in-account.ts';

const FIRST_LOAD_BYTES = 250_000;

describe.skipIf(chromiumPath === undefined)('every page', { timeout: 90_000 }, () => {
  let stage: Stage;
  let alertId = '';
  beforeAll(async () => {
    stage = await openStage();
    alertId = stage.standIn.world.alerts[0]?.id ?? '';
  });
  afterAll(async () => stage.close());

  /** Each page, and what must be there before it is looked at. */
  const PAGES: Readonly<Record<string, readonly [path: () => string, ready: (page: Page) => Promise<unknown>]>> = {
    overview: [
      () => '/',
      async (page) =>
        Promise.all([
          page.locator('.overview-rate canvas').waitFor(),
          page.locator('.overview-alerts canvas').waitFor(),
          page.getByRole('table', { name: 'Newest events' }).waitFor(),
          page.locator('.need').first().waitFor(),
        ]),
    ],
    alerts: [() => '/alerts', (page) => page.locator('.rows-item').first().waitFor()],
    alert: [() => `/alerts/${alertId}`, (page) => page.getByRole('list', { name: 'What decided' }).first().waitFor()],
    events: [() => '/events', async (page) => Promise.all([page.locator('.rows-item').first().waitFor(), page.locator('.histogram canvas').waitFor()])],
    tail: [
      () => '/events?live=1',
      async (page) => {
        await page.locator('.rows-item').first().waitFor();
        await page.getByRole('button', { name: 'Pause' }).click(); // looking takes longer than rows stay
      },
    ],
    entities: [() => '/entities', (page) => page.getByRole('region', { name: 'Entities' }).waitFor()],
    entity: [
      () => '/entities/host/WORKSTATION5.theshire.local?from=now-1h&to=now',
      async (page) =>
        Promise.all([
          page.locator('.entity-time canvas').waitFor(),
          page.getByRole('region', { name: 'Features' }).waitFor(),
          page.locator('.entity-row').first().waitFor(),
        ]),
    ],
    fields: [() => '/fields', (page) => page.getByRole('region', { name: 'Datasets' }).waitFor()],
    sensors: [() => '/pipeline/sensors', (page) => page.getByRole('region', { name: 'Sensors' }).waitFor()],
    sensor: [
      () => '/pipeline/sensors/00000000-0000-4000-8000-000000000001',
      async (page) => Promise.all([page.locator('.sensor-charts canvas').first().waitFor(), page.getByRole('form', { name: 'Try records' }).waitFor()]),
    ],
    revoke: [
      () => '/pipeline/sensors/00000000-0000-4000-8000-000000000002',
      async (page) => {
        await page.getByRole('button', { name: 'Revoke' }).click();
        await page.getByRole('dialog', { name: 'Revoke fw-edge' }).waitFor();
      },
    ],
    enrol: [() => '/pipeline/sensors/enrol?kind=mtls', (page) => page.getByRole('radio', { name: /^Client certificate/ }).waitFor()],
    rules: [() => '/rules', (page) => page.locator('.rows-item').first().waitFor()],
    rule: [
      () => '/rules/rule/00000000-0000-4000-8000-000000000001?part=explain&event=1-2',
      async (page) => Promise.all([page.getByText('Nothing is wrong with it').waitFor(), page.getByRole('list', { name: 'Part by part' }).waitFor()]),
    ],
    versions: [
      () => '/rules/rule/00000000-0000-4000-8000-000000000001?part=versions',
      async (page) => Promise.all([page.locator('.cm-line').first().waitFor(), page.getByRole('region', { name: 'Changed lines' }).waitFor()]),
    ],
    coverage: [() => '/rules/coverage?open=T1003', (page) => page.getByRole('region', { name: 'Rules of T1003' }).waitFor()],
    exceptions: [() => '/rules/exceptions', (page) => page.getByText('Nothing is suppressed').waitFor()],
    exception: [
      () => `/alerts/${alertId}`,
      async (page) => {
        await page.getByRole('region', { name: 'Rules' }).waitFor();
        await page.getByRole('button', { name: 'Exception' }).waitFor();
        await page.keyboard.press('e');
        await page
          .getByRole('status', { name: 'Effect on the last seven days' })
          .getByText(/finding/)
          .first()
          .waitFor();
      },
    ],
    account: [
      () => {
        Object.assign(stage.standIn.account, {
          totpSince: '2026-01-02T03:04:05Z',
          recoveryCodes: 2,
          passkeys: [{ id: 'p1', name: 'Work laptop', isBackedUp: true, createdAt: '2026-01-02T03:04:05Z', usedAt: null }],
        });
        return '/account';
      },
      async (page) => Promise.all(['Passkeys', 'Sessions'].map((name) => page.getByRole('region', { name }).waitFor())),
    ],
    'second-factor': [
      () => {
        stage.standIn.account.totpSince = null;
        return '/account';
      },
      async (page) => {
        await page.getByRole('button', { name: 'Set up an application' }).click();
        await page.getByRole('button', { name: 'Show the QR code' }).click();
        await page.getByRole('img', { name: /^QR code/ }).waitFor();
      },
    ],
    users: [() => '/administration?which=all', (page) => page.getByRole('region', { name: 'Users' }).waitFor()],
    user: [
      () => `/administration/users/${stage.standIn.world.access.users[1]?.id}`,
      async (page) => {
        await page.getByRole('button', { name: 'Change name, mail or roles' }).click();
        await page.getByRole('checkbox', { name: /^analyst/ }).waitFor();
      },
    ],
    'service-accounts': [() => '/administration/service-accounts', (page) => page.getByRole('region', { name: 'Keys of ticket-bridge' }).waitFor()],
    'api-key': [
      () => '/administration/service-accounts',
      async (page) => {
        await page.getByRole('button', { name: 'New key for ticket-bridge' }).click();
        await page.getByLabel('May less than the account').check();
        await page.getByRole('checkbox', { name: 'alerts:read' }).check();
      },
    ],
    roles: [() => '/administration/roles?role=night-shift', (page) => page.getByRole('region', { name: 'Permissions of night-shift' }).waitFor()],
    audit: [
      () => '/administration/audit',
      async (page) => {
        await page
          .getByRole('button', { name: /details of entry/ })
          .first()
          .click();
        await page.getByRole('figure').waitFor();
      },
    ],
    pipeline: [() => '/pipeline', (page) => page.getByRole('region', { name: 'Stages' }).waitFor()],
    close: [
      () => '/alerts',
      async (page) => {
        await page.locator('.rows-item').first().waitFor();
        await page.keyboard.press('j');
        await page.keyboard.press('c');
        await page.getByRole('dialog').waitFor();
      },
    ],
    keys: [
      () => '/alerts',
      async (page) => {
        await page.locator('.rows-item').first().waitFor();
        await page.keyboard.press('?');
        await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
      },
    ],
  };
  const PHONE_PAGES = [
    'overview',
    'alerts',
    'alert',
    'events',
    'entities',
    'entity',
    'tail',
    'pipeline',
    'sensors',
    'sensor',
    'enrol',
    'rules',
    'rule',
    'coverage',
    'exceptions',
    'exception',
    'account',
    'second-factor',
    'users',
    'user',
    'service-accounts',
    'api-key',
    'roles',
    'audit',
  ];
  it.each(Object.keys(PAGES))('%s has no violation of WCAG AA in either theme', async (name) => {
    const [path, ready] = PAGES[name] ?? [];
    const page = await stage.goOn(path?.() ?? '');
    await ready?.(page);
    await looksRightInBothThemes(page, `${name}-1440`);
  });

  it('login has no violation of WCAG AA in either theme', async () => {
    const page = await stage.visit();
    await page.goto('/login');
    await page.getByLabel('Name').waitFor();
    await looksRightInBothThemes(page, 'login-1440');
  });

  it.each(PHONE_PAGES)('%s fits a phone of 390 px', async (name) => {
    const [path, ready] = PAGES[name] ?? [];
    const page = await stage.goOn(path?.() ?? '', PHONE);
    await ready?.(page);
    await fitsThePhone(page, name);
  });

  it('has no violation of WCAG AA on any step of coming in, in both themes and on a phone', async () => {
    const page = await stage.visit(PHONE);
    const looks = async () => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
      await looksRightInBothThemes(page);
    };
    const signIn = async (name: string) => {
      await page.goto('/login?organization=acme');
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await signIn('ada');
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('One of your recovery codes').waitFor();
    await looks();
    await signIn('new');
    await page.getByRole('img', { name: /^QR code/ }).waitFor();
    await looks();
    await picture(page, 'sign-in-enrol-390');
    await page.getByLabel('Code that the application shows').fill(CODE);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByLabel('I have kept them').waitFor();
    await looks();
    await page.goto(`/invitation#${INVITATION}`);
    await page.getByLabel('Once more').waitFor();
    await looks();
  });

  it('shows queue, alert and acknowledgement on a phone', async () => {
    const page = await stage.enter('/alerts', PHONE);
    await page.getByRole('link', { name: 'Many Accounts Failed from One Address' }).tap();
    const button = page.getByRole('button', { name: 'Acknowledge', exact: true });
    await button.waitFor();
    const box = await button.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(40); // a thumb finds it
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(844);
    await button.tap();
    await page.locator('.deeds').getByText('acknowledged, yours now').waitFor();
    await picture(page, 'acknowledged-390');
    await page.getByRole('button', { name: 'Undo' }).tap();
    await page.getByRole('button', { name: 'Back to the list' }).tap();
    await page.waitForURL('**/alerts');
  });

  it('keeps the first load below 250 kB of script, and loads each area when it is visited', async () => {
    const page = await stage.enter('/');
    await page.locator('.overview-rate canvas').waitFor();
    const scripts = new Map<string, number>();
    page.on('response', async (response) => {
      if (response.request().resourceType() === 'script')
        scripts.set(new URL(response.url()).pathname, gzipSync(await response.body().catch(() => Buffer.alloc(0))).length);
    });
    await page.reload();
    await page.locator('.overview-rate canvas').waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    const total = [...scripts.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(scripts.size).toBeGreaterThan(3);
    expect(total).toBeLessThan(FIRST_LOAD_BYTES);
    const before = scripts.size;
    await pressSequence(page, 'g', 'e');
    await page.getByRole('table', { name: 'Events', exact: true }).waitFor();
    await eventually(() => scripts.size).toBeGreaterThan(before);
  });
});
