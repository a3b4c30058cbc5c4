import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { chromiumPath, eventually, openStage, picture, type Stage } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('alerts', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  const titled = (title: string) => {
    const found = stage.standIn.world.alerts.find((alert) => alert.title === title && alert.status !== 'closed');
    if (found === undefined) throw new Error(`no alert ${title}`);
    return found;
  };
  const rowOf = (page: Page, title: string) => page.getByRole('table', { name: 'Alerts' }).getByRole('row').filter({ hasText: title });

  it('is worked through by keys alone', async () => {
    const page = await stage.enter('/alerts');
    await page.getByRole('link', { name: 'Copy of SAM with Esentutl' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('article').waitFor();
    const first = await page.getByRole('article').getAttribute('aria-label');
    await page.keyboard.press('j');
    await eventually(() => page.getByRole('article').getAttribute('aria-label')).not.toBe(first);
    await page.goBack();
    await page.waitForURL('**/alerts');
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    expect(await page.getByRole('toolbar', { name: 'Selected alerts' }).innerText()).toContain('2 alerts');
    await picture(page, 'alerts-1440');
    await page.keyboard.press('Escape');
    await page.getByRole('toolbar', { name: 'Selected alerts' }).waitFor({ state: 'detached' });
  });

  it('shows of each contributing event topic, partition, offset and native document, and of the rule its author', async () => {
    const alert = titled('Process Dump via Comsvcs.dll');
    const [event] = alert.events;
    const page = await stage.enter(`/alerts/${alert.id}`);
    const evidence = page.getByRole('table', { name: 'Contributing events' });
    const row = evidence.getByRole('row').filter({ hasText: String(event?.offset) });
    expect(await row.innerText()).toMatch(new RegExp(`raw\\.default\\.windows[\\s\\S]*${event?.partition}[\\s\\S]*${event?.offset}`));
    await row.getByRole('button').click();
    const document = page.getByRole('figure', { name: 'Native document' });
    expect(await document.innerText()).toContain('"Channel": "Microsoft-Windows-Sysmon/Operational"');
    const rules = page.getByRole('region', { name: 'Rules' });
    expect(await rules.innerText()).toMatch(/Author\s+Marisol Okafor[\s\S]*Licence\s+Detection Rule License \(DRL\) 1\.1/);
    expect(await rules.getByRole('link', { name: 'Source' }).first().getAttribute('href')).toMatch(/^https:\/\/rules\.example\.org\//);
    expect(await page.getByRole('region', { name: 'Why it matched' }).innerText()).toContain('MiniDump 624');
    await picture(page, 'alert-1440');
  });

  it('acknowledges by a key and takes it back', async () => {
    const alert = titled('Netlogon Secure Channel Reset, CVE-2020-1472');
    const page = await stage.enter(`/alerts/${alert.id}`);
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor();
    await page.keyboard.press('a');
    await eventually(() => alert.status).toBe('acknowledged');
    expect(alert.assignee).toBe('admin');
    await page.locator('.deeds').getByText('acknowledged, yours now').waitFor();
    await picture(page, 'undo-1440');
    await page.keyboard.press('z');
    await eventually(() => alert.status).toBe('open');
    expect(alert.assignee).toBeNull();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor();
  });

  it('closes many with a verdict, each comes back as it was', async () => {
    const [a, b] = [titled('Kerberos Service Ticket with RC4'), titled('Regular Connections to a Rare Destination')];
    expect([a.status, b.status]).toEqual(['open', 'acknowledged']);
    const page = await stage.enter('/alerts');
    for (const { title } of [a, b]) await rowOf(page, title).getByRole('checkbox').check();
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog', { name: 'Close 2 alerts' });
    await dialog.waitFor();
    await page.keyboard.press('2');
    await eventually(() => [a.status, a.verdict, b.status, b.verdict]).toEqual(['closed', 'benign', 'closed', 'benign']);
    await rowOf(page, a.title).getByText('Benign').waitFor(); // still where it was, for as long as it can be undone
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => [a.status, a.verdict, b.status, b.assignee]).toEqual(['open', null, 'acknowledged', 'noor']);
  });

  it('takes a closed alert out of the queue when its ten seconds are over', async () => {
    const alert = titled('New Local Administrator');
    const page = await stage.enter('/alerts', { isTimeHeld: true });
    await rowOf(page, alert.title).getByRole('checkbox').check();
    await page.keyboard.press('c');
    await page.keyboard.press('1');
    await rowOf(page, alert.title).getByText('True positive').waitFor();
    await page.clock.fastForward(9_000);
    expect(await rowOf(page, alert.title).count()).toBe(1);
    await page.clock.fastForward(2_000);
    await rowOf(page, alert.title).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  });

  it('says so when a change fails, and shows the alert as it still is', async () => {
    const alert = titled('Many Secrets Read by One Principal');
    const page = await stage.enter('/alerts');
    await rowOf(page, alert.title).getByRole('checkbox').check();
    stage.standIn.world.takeAway('database');
    await page.keyboard.press('a');
    await page.locator('.deed-failed').getByText('The database does not answer.').waitFor();
    await rowOf(page, alert.title).getByText('Open').waitFor();
    stage.standIn.world.takeAway(null);
  });

  it('saves a note after ten seconds, or not at all when it is taken back', async () => {
    const alert = titled('Many Accounts Failed from One Address');
    const page = await stage.enter(`/alerts/${alert.id}`, { isTimeHeld: true });
    const box = page.getByRole('textbox', { name: 'New note' });
    await box.fill('Taken back');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await box.inputValue()).toBe('Taken back');
    await box.fill('The address belongs to a scanner');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('being saved').waitFor();
    await page.clock.fastForward(11_000);
    await eventually(() => alert.notes.map(({ text }) => text)).toEqual(['The address belongs to a scanner']);
  });

  it('filters by status and severity, keeps that in the address and over a reload', async () => {
    const page = await stage.enter('/alerts');
    await page.getByRole('button', { name: 'Closed' }).click();
    await page.waitForURL('**/alerts?view=closed');
    await page.getByRole('button', { name: 'Severity' }).click();
    await page.getByRole('menuitemradio', { name: 'High and up' }).click();
    await page.waitForURL('**/alerts?view=closed&min=high');
    await page.reload();
    await rowOf(page, 'LSASS Access from Non System Account').first().waitFor();
    const severities = await page.locator('.rows-item .severity-word').allInnerTexts();
    expect(severities.filter((word) => word !== 'High' && word !== 'Critical')).toEqual([]);
  });

  it('loads further pages as the list is scrolled', async () => {
    const page = await stage.enter('/alerts?view=all');
    const list = page.getByRole('table', { name: 'Alerts' });
    await eventually(() => list.getAttribute('aria-rowcount')).toBe('50');
    await list.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await eventually(() => list.getAttribute('aria-rowcount').then(Number)).toBeGreaterThan(50);
    expect(await list.getByRole('row').count()).toBeLessThan(80); // only what is in view is in the page
  });

  it('holds new alerts back while the reader has scrolled', async () => {
    const page = await stage.enter('/alerts?view=all');
    const list = page.getByRole('table', { name: 'Alerts' });
    await eventually(() => list.getAttribute('aria-rowcount')).toBe('50');
    await list.evaluate((element) => element.scrollTo({ top: 400 }));
    await eventually(() => list.evaluate((element) => element.scrollTop)).toBe(400);
    const raised = stage.standIn.world.raise();
    const more = page.getByRole('button', { name: '1 new' });
    await more.waitFor();
    expect(await list.evaluate((element) => element.scrollTop)).toBe(400);
    await more.click();
    expect(await list.locator('.rows-item').first().innerText()).toContain(raised.title);
  });

  it('offers a search for the value that was clicked', async () => {
    const alert = titled('Process Dump via Comsvcs.dll');
    const page = await stage.enter(`/alerts/${alert.id}`);
    await page.getByRole('complementary', { name: 'About this alert' }).getByRole('button', { name: 'wardog' }).click();
    await page.getByRole('menuitem', { name: 'Filter for' }).click();
    await page.waitForURL('**/events?q=user.name:wardog');
  });
});
