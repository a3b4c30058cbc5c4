// A sensor's life by clicking, on the real API, all stages and a database: enrolled, sends by the snippet it is shown, is counted, rotated, revoked; and
// hunts through what was sent.
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../api/auth/passwords.ts';
import { openTestApi } from '../api/test/api.ts';
import type { TestApi } from '../api/test/api.ts';
import { doHunts } from '../api/hunt/work.ts';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { fitsThePhone, looksRightInBothThemes, PHONE } from '../dashboard/test/accessibility.ts';
import { chromiumPath, eventually, openVisits, picture, pressSequence } from '../dashboard/test/browser.ts';
import type { Visits } from '../dashboard/test/browser.ts';
import { PASSWORD } from '../dashboard/test/stand-in.ts';
import { openRecordTrials } from '../local/record-trials.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { silent } from '../store/test/fresh-database.ts';
import { rawTopic, topics } from '../topologies/topics.ts';
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
    for (const [user, ...roles] of [
      ['admin', 'engineer', 'analyst'],
      ['vera', 'viewer'],
    ])
      await database.owner.query(`SELECT set_config('goshawk.organization', 'default', false), api.add_user('tester', $1, $2, $3)`, [user, password, roles]);
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
    await eventually(() => page.evaluate(() => navigator.clipboard.readText())).toBe(first);
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

  const lookup = (minutesAgo: number, query: string) => ({
    key: null,
    value: Buffer.from(
      JSON.stringify({
        ts: Date.now() / 1_000 - minutesAgo * 60,
        uid: `C${minutesAgo}`,
        'id.orig_h': '10.0.0.7',
        'id.orig_p': 5353,
        'id.resp_h': '10.0.0.53',
        'id.resp_p': 53,
        proto: 'udp',
        trans_id: 1,
        query,
        qtype_name: 'A',
        _path: 'dns',
      }),
    ),
  });
  /** As `flow`, with new topics, and with reference data that came of what was clicked before. */
  const flowOn = async () => {
    chain.driver.clock.advance(60_000);
    await chain.driver.settle(50);
  };
  /** What the duties do, and what becomes of it. */
  const huntToItsEnd = async () => {
    for (let isRunning = true; isRunning;) {
      await doHunts(chain.stages, { log: silent, signal: new AbortController().signal, wallMicros: () => Date.now() * 1_000 });
      isRunning = (await database.owner.query(`SELECT FROM goshawk.hunt WHERE state = 'running'`)).rows.length > 0;
    }
    await chain.relay();
    await flowOn();
  };

  it('what was sent is hunted for: estimated before, paused, gone on with, and found', async () => {
    const zeek = rawTopic('default', 'zeek');
    const admin = chain.driver.broker.admin();
    await admin.createTopics(
      [zeek, rawTopic('default', 'gateway-goshawk')].map((name) => settingsOf(topics.raw, 2, name)),
      1,
    );
    tick();
    await chain.driver.write(zeek, [lookup(30, 'a.evil.example'), lookup(20, 'good.example'), lookup(10, 'b.evil.example')]);
    await flowOn();

    const page = await visits.enter('/hunts');
    await page.getByText('Nobody has hunted yet').waitFor();
    await page.keyboard.press('n');
    const estimate = page.getByRole('status', { name: 'Estimate' });
    const list = page.getByLabel(/^Addresses, networks/);
    await list.fill('evil[.]example\nno indicator');
    await estimate.getByText('Line 2, "no indicator"').waitFor();
    expect(await page.getByRole('button', { name: 'Begin' }).isDisabled()).toBe(true);
    await list.fill('evil[.]example\n192.0.2.250');
    await estimate.getByText(/one event after the other, reads [3-9] events/i).waitFor();
    await page.getByLabel(/^Name/).fill('Report 7');
    await looksRightInBothThemes(page, 'hunt-new');
    await page.getByRole('button', { name: 'Begin' }).click();

    await page.getByRole('heading', { name: /Report 7/ }).waitFor();
    await page.getByText('Nothing yet').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.hunt-facts').getByText('Paused').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('.hunt-facts').getByText('Running').waitFor();
    await huntToItsEnd();
    await page.locator('.hunt-facts').getByText('Done').waitFor();
    const found = page.getByRole('region', { name: 'Found' });
    await eventually(async () => (await found.innerText()).match(/\w\.evil\.example/g)).toEqual(['b.evil.example', 'a.evil.example']);
    await page.getByText('2, 2 of them by no hunt before').waitFor();
    await looksRightInBothThemes(page, 'hunt');

    await found.getByRole('button', { name: 'a.evil.example' }).click();
    await page.getByRole('menuitem', { name: 'Hunt for it in the past' }).click();
    await eventually(() => list.inputValue()).toBe('a.evil.example');
    await page.goBack();
    await found.getByRole('link').first().click();
    await page.waitForURL('**/events/*');
    await page.getByText('b.evil.example').first().waitFor();
  });

  it('a search is hunted for from the events, and a hunt is cancelled', async () => {
    const page = await visits.enter('/events?q=dns.question.name:*evil*');
    await page.getByRole('button', { name: 'Hunt for this in the past' }).click();
    await eventually(() => page.getByLabel('A search, as above the events').inputValue()).toBe('dns.question.name:*evil*');
    await page.getByRole('status', { name: 'Estimate' }).getByText('no whole value').waitFor();
    await page.getByLabel(/^Name/).fill('Wide');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.locator('.hunt-facts').getByText('Running').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.waitForURL('**/hunts/hunt/*?ask=cancel');
    await page.getByRole('button', { name: 'Cancel the hunt' }).click();
    await page.locator('.hunt-facts').getByText('Cancelled').waitFor();
    await pressSequence(page, 'g', 'h');
    await eventually(() => page.locator('.rows-item').count()).toBeGreaterThan(1);
    expect(await page.locator('.rows').innerText()).toMatch(/Wide[\s\S]*Cancelled[\s\S]*Report 7[\s\S]*Done/);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /Wide/ }).waitFor();
    await page.goto('/hunts/hunt/00000000-0000-4000-8000-000000000000');
    await page.getByText('There is no such hunt').waitFor();
    const phone = await visits.enter('/hunts', PHONE);
    await phone.getByRole('link', { name: 'Report 7' }).waitFor();
    await fitsThePhone(phone, 'hunts');
    await phone.getByRole('link', { name: 'Report 7' }).click();
    await phone.getByRole('region', { name: 'Found' }).getByText('a.evil.example').first().waitFor();
    await fitsThePhone(phone, 'hunt');
    await phone.goto('/hunts/new?q=x');
    await phone.getByRole('status', { name: 'Estimate' }).getByText(/reads/).waitFor();
    await fitsThePhone(phone, 'hunt-new');
  });
});
