// A sensor's life by clicking, on the real API, all stages and a database: enrolled, sends by the snippet it is shown, is counted, rotated, revoked.
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../api/auth/passwords.ts';
import { openTestApi } from '../api/test/api.ts';
import type { TestApi } from '../api/test/api.ts';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { chromiumPath, eventually, openVisits, picture } from '../dashboard/test/browser.ts';
import type { Visits } from '../dashboard/test/browser.ts';
import { PASSWORD } from '../dashboard/test/stand-in.ts';
import { openRecordTrials } from '../local/record-trials.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { topics } from '../topologies/topics.ts';
import { openChain } from './chain-in-memory.ts';
import type { Chain } from './chain-in-memory.ts';

describe.skipIf(serverUrl === '' || chromiumPath === undefined)('a sensor, by clicking', { timeout: 240_000 }, () => {
  let database: TestDatabase;
  let chain: Chain;
  let api: TestApi;
  let visits: Visits;
  beforeAll(async () => {
    database = await openTestDatabase();
    chain = await openChain(database.url);
    const admin = chain.driver.broker.admin();
    visits = await openVisits(async (folder) => {
      api = await openTestApi(database, {
        deps: {
          broker: chain.driver.broker,
          codec: chain.driver.codec,
          dashboardFolder: folder,
          recordTrials: openRecordTrials(),
          createRawTopic: (name) => admin.createTopics([settingsOf(topics.raw, 2, name)], 1),
          wallMicros: () => Date.now() * 1_000,
        },
      });
      await api.app.listen({ host: '127.0.0.1', port: 0 });
      return { url: `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`, close: () => api.close() };
    });
    const password = await hashPassword(PASSWORD);
    for (const [user, role] of [
      ['admin', 'engineer'],
      ['vera', 'viewer'],
    ])
      await database.owner.query(`SELECT set_config('goshawk.organization', 'default', false), api.add_user('tester', $1, $2, $3)`, [user, password, [role]]);
  }, 240_000);
  afterAll(async () => {
    await visits?.close();
    await chain?.close();
    await database?.drop();
  });

  /** The broker's clock goes with ours, so that what comes now comes after the enrolment. */
  const tick = () => chain.driver.clock.advance(Math.max(1, Date.now() - chain.driver.clock.nowMs()));
  /** Until what was sent is stored; a new topic is found within seconds. */
  const flow = async () => {
    tick();
    await chain.driver.advance(10_000, 1_000);
  };
  const textOf = (page: Page, label: string) => page.locator(`pre[aria-label="${label}"]`).innerText();
  /** The request that a curl of a snippet makes. */
  const sendBy = async (snippet: string) => {
    tick();
    const [, url = '', authorization = '', body = ''] = /curl -sS '([^']+)'[\s\S]*-H 'Authorization: ([^']+)'[\s\S]*-d '([^']+)'/.exec(snippet) ?? [];
    return (await fetch(url, { method: 'POST', headers: { authorization }, body })).status;
  };

  it('is enrolled, sends by its snippet, is counted, rotated and revoked', async () => {
    const page = await visits.enter('/pipeline/sensors');
    await page.getByRole('button', { name: 'Enrol the first' }).click();
    await page.getByLabel(/^Name/).fill('web-01');
    await page.getByLabel(/^Alert when/).selectOption('900');
    await page.getByRole('button', { name: 'Enrol', exact: true }).click();
    await page.getByText('Shown this once').waitFor();
    const first = await textOf(page, 'Token');
    expect(first).toMatch(/^ghs_[\w-]{43}$/);
    await page.getByRole('button', { name: 'Copy Token' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(first);
    await page.getByRole('button', { name: 'HEC', exact: true }).click();
    const hec = await textOf(page, 'Anything that speaks to a Splunk HTTP Event Collector');
    expect(hec).toContain(first);
    await picture(page, 'sensor-enrolled');
    expect(await sendBy(hec)).toBe(200);
    await flow();

    await page.getByRole('button', { name: /^I have kept it/ }).click();
    await page.getByRole('heading', { name: /web-01/ }).waitFor();
    const facts = page.locator('.sensor-facts');
    await eventually(async () => (await facts.innerText()).replaceAll('\n', ' ')).toMatch(/Events, a day 1 .*Alert after silence of 15 min/);
    expect(await page.content()).not.toContain(first);

    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByLabel('The present one still holds').selectOption('0');
    expect(new URL(page.url()).search).toBe('?ask=rotate');
    await page.getByRole('button', { name: 'Make a new one' }).click();
    await page.getByText(/^The credential before it: ended/).waitFor();
    const second = await textOf(page, 'Token');
    expect([await sendBy(hec), await sendBy(hec.replace(first, second))]).toEqual([403, 200]);
    await flow();

    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByRole('dialog').getByText('This cannot be undone').waitFor();
    await page.getByRole('button', { name: 'Revoke web-01' }).click();
    await page.locator('.page-tools').getByText('Revoked').waitFor();
    expect(await page.getByRole('button', { name: 'Rotate' }).count()).toBe(0);
    expect(await sendBy(hec.replace(first, second))).toBe(403);
    await eventually(async () => (await facts.innerText()).replaceAll('\n', ' ')).toMatch(/Events, a day 2 .*Revoked .* by admin/);
    await picture(page, 'sensor-revoked');
  });

  it('says what is wrong with an enrolment, and keeps what was typed', async () => {
    const page = await visits.enter('/pipeline/sensors/enrol?kind=mtls');
    await page.getByLabel(/^Name/).fill('by-request');
    await page.getByLabel(/^Certificate request/).fill('no request');
    await page.getByRole('button', { name: 'Enrol', exact: true }).click();
    await page.getByRole('alert').getByText('certificate request (PKCS #10)').waitFor();
    expect(await page.getByLabel(/^Name/).inputValue()).toBe('by-request');
    await page.getByLabel(/^Certificate request/).fill('');
    await page.getByRole('button', { name: 'Enrol', exact: true }).click();
    await page.getByText('Shown this once').waitFor();
    expect([await textOf(page, 'Certificate'), await textOf(page, 'Private key')]).toEqual([
      expect.stringContaining('BEGIN CERTIFICATE'),
      expect.stringContaining('BEGIN PRIVATE KEY'),
    ]);
  });

  it('shows what would become of pasted records', async () => {
    const page = await visits.enter('/pipeline/sensors/try');
    await page.getByLabel(/^Records/).fill('192.0.2.7 - - [25/Nov/2026:11:59:00 +0000] "GET / HTTP/1.1" 200 5\nno format reads this');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    const outcome = page.getByRole('status', { name: 'What would become of them' });
    await outcome.getByText('2 records would become 2 events, 1 of them kept as text.').waitFor({ timeout: 60_000 });
    await outcome
      .getByText(/^\d+ fields$/)
      .first()
      .click();
    await outcome.getByText('192.0.2.7', { exact: true }).first().waitFor();
    await picture(page, 'sensor-try');
  });

  it('has no buttons for who may only look', async () => {
    const page = await visits.visit();
    await page.goto('/login?next=/pipeline/sensors');
    await page.getByLabel('Name').fill('vera');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'by-request' }).click();
    await page.getByRole('heading', { name: /by-request/ }).waitFor();
    await page.getByRole('region', { name: 'Credentials' }).waitFor();
    expect(await page.getByRole('button', { name: /^(Rotate|Revoke|Try|Enrol)$/ }).count()).toBe(0);
  });
});
