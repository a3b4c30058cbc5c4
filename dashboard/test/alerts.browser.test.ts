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

  it('says which part of the rule met which part of a value, and what would have excluded it', async () => {
    const alert = titled('Process Dump via Comsvcs.dll');
    const [field] = alert.findings[0]!.matchedFields;
    const page = await stage.enter(`/alerts/${alert.id}`);
    const why = page.getByRole('region', { name: 'Why it matched' });
    await why.getByText('selection and not filter_backup').first().waitFor();
    const marked = await why.locator('mark').first().innerText();
    expect(field!.value.endsWith(marked) && marked.length < field!.value.length).toBe(true);
    const decided = await why.getByRole('list', { name: 'What decided' }).first().innerText();
    expect(decided).toMatch(/one of 40 values[\s\S]*filter_backup\s+would exclude it, and does not apply[\s\S]*no such field/);
    await why.getByRole('button', { name: 'All parts of the rule' }).first().click();
    await why.getByRole('list', { name: 'Part by part' }).getByText('product: windows').waitFor();
    await picture(page, 'why-1440');
    await why.getByRole('button', { name: 'Values only' }).first().click();
    expect(await why.locator('dl').first().innerText()).toContain(field!.value);
  });

  it('says of an event on its own page what it was found for, and marks in its document what met', async () => {
    const alert = titled('Process Dump via Comsvcs.dll');
    const [finding] = alert.findings;
    const page = await stage.enter(`/events/${alert.events[0]!.id}`);
    const why = page.getByRole('region', { name: 'Why it matched' });
    await why.getByRole('link', { name: finding!.rule.title }).first().waitFor();
    const marked = await why.locator('mark').first().innerText();
    await page.getByRole('button', { name: 'Native', exact: true }).click();
    const document = page.getByRole('figure', { name: 'Native document' });
    await document.locator('mark').first().waitFor();
    expect((await document.locator('mark').allInnerTexts()).map((text) => text.replaceAll('\\\\', '\\'))).toContain(marked);
    await picture(page, 'event-why-1440');
  });

  it('tells of a correlation what was counted, and by which events', async () => {
    const alert = stage.standIn.world.alerts.find(({ findings }) => findings[0]?.kind === 'correlation')!;
    const page = await stage.enter(`/alerts/${alert.id}`);
    const why = page.getByRole('region', { name: 'Why it matched' });
    await why.getByText('at least 5 within 5 min make it').waitFor();
    const steps = why.getByRole('list', { name: 'Rules that it is about' });
    expect(await steps.getByRole('link').count()).toBeGreaterThan(1); // the rule, and its events
    await picture(page, 'why-correlation-1440');
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

  it('gives an alert to whoever acknowledges it before the page knows who that is', async () => {
    const alert = titled('Many Accounts Failed from One Address');
    const page = await stage.enter('/events');
    const isKnown = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      if (/query Viewer\b/.test(route.request().postData() ?? '')) await isKnown.promise;
      await route.continue();
    });
    await page.goto(`/alerts/${alert.id}`);
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor();
    await page.keyboard.press('a');
    isKnown.resolve();
    await eventually(() => [alert.status, alert.assignee]).toEqual(['acknowledged', 'admin']);
    await page.locator('.deeds').getByText('acknowledged, yours now').waitFor();
    await page.keyboard.press('z');
    await eventually(() => alert.status).toBe('open');
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

  it('undoes nothing that somebody else has changed since, and says who', async () => {
    const alert = titled('PowerShell with Hidden Window and Encoded Command');
    const page = await stage.enter('/alerts');
    await rowOf(page, alert.title).first().getByRole('checkbox').check();
    await page.keyboard.press('c');
    await page.keyboard.press('2');
    await eventually(() => alert.status).toBe('closed');
    stage.standIn.world.work.change([alert], { assignee: 'noor' }, 'noor');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.deed-failed').getByText('was changed since, by noor').waitFor();
    expect([alert.status, alert.assignee]).toEqual(['closed', 'noor']);
  });

  it('labels what is selected, and takes labels away', async () => {
    const [a, b] = [titled('Netlogon Secure Channel Reset, CVE-2020-1472'), titled('Many Secrets Read by One Principal')];
    const page = await stage.enter('/alerts');
    for (const { title } of [a, b]) await rowOf(page, title).getByRole('checkbox').check();
    await page.keyboard.press('l');
    const dialog = page.getByRole('dialog', { name: 'Label 2 alerts' });
    await dialog.getByRole('combobox').fill('VIP, case-7');
    await dialog.getByRole('button', { name: 'Label' }).click();
    await eventually(() => [a.labels, b.labels]).toEqual([
      ['case-7', 'vip'],
      ['case-7', 'vip'],
    ]);
    await rowOf(page, a.title).getByText('case-7').waitFor();
    await page.goto(`/alerts/${a.id}`);
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await page.getByRole('dialog', { name: 'Label this alert' }).getByLabel('case-7').uncheck();
    await page.getByRole('dialog').getByRole('button', { name: 'Label' }).click();
    await eventually(() => a.labels).toEqual(['vip']);
    await page.getByRole('region', { name: 'Who did what' }).getByText('took the label case-7').waitFor();
  });

  it('takes a note at once and takes it back; its author edits it, and what it said stays to be seen', async () => {
    const alert = titled('Many Accounts Failed from One Address');
    const page = await stage.enter(`/alerts/${alert.id}`);
    const notes = page.getByRole('region', { name: 'Notes' });
    const box = notes.getByRole('textbox', { name: 'New note' });
    await box.fill('Taken back');
    await notes.getByRole('button', { name: 'Add note' }).click();
    await eventually(() => alert.notes.map(({ text }) => text)).toEqual(['Taken back']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => alert.notes.length).toBe(0);
    expect(await box.inputValue()).toBe('Taken back');
    await box.fill('The address belongs to a scaner');
    await notes.getByRole('button', { name: 'Add note' }).click();
    await notes.getByRole('button', { name: 'Edit' }).click();
    await notes.getByRole('textbox', { name: 'Text of the note' }).fill('The address belongs to a scanner');
    await notes.getByRole('button', { name: 'Save' }).click();
    await eventually(() => alert.notes.map(({ text, revision }) => [text, revision])).toEqual([['The address belongs to a scanner', 2]]);
    await notes.getByText('edited').click();
    await notes.getByText('The address belongs to a scaner').waitFor();
    await picture(page, 'note-1440');
    await notes.getByRole('button', { name: 'Remove this note' }).click();
    await eventually(() => alert.notes.length).toBe(0);
  });

  it('keeps what is shown as a view, opens it again, and deletes it', async () => {
    const page = await stage.enter('/alerts?view=closed&min=high&q=lsass');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save what is shown, or delete a view' }).click();
    await page.getByLabel('Name').fill('Closed LSASS');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await eventually(() => stage.standIn.world.work.views.map(({ name }) => name)).toEqual(['Closed LSASS']);
    await page.goto('/alerts');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Closed LSASS' }).click();
    await page.waitForURL('**/alerts?view=closed&min=high&q=lsass');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save what is shown, or delete a view' }).click();
    await page.getByRole('list', { name: 'Views that you may delete' }).getByRole('button', { name: 'Delete' }).click();
    await eventually(() => stage.standIn.world.work.views.length).toBe(0);
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

  it('shows what a colleague does where the row is, counts a new alert at once, and asks for neither by the clock', async () => {
    const { world } = stage.standIn;
    const alert = titled('Copy of SAM with Esentutl');
    const page = await stage.enter('/alerts', { isTimeHeld: true }); // no clock of the page asks for anything
    await page.clock.runFor(2_000);
    await rowOf(page, alert.title).first().waitFor();
    const rows = page.locator('.rows-item');
    const places = async () => (await rows.allInnerTexts()).map((text) => text.includes(alert.title));
    const before = await places();
    await rows.first().hover();
    world.work.change([alert], { status: 'acknowledged', assignee: 'noor' }, 'noor');
    await rowOf(page, alert.title).first().getByText('noor').waitFor();
    const raised = world.raise();
    await page.clock.runFor(1_000);
    await page.getByRole('button', { name: '1 new' }).waitFor(); // the pointer is on a row
    expect(await places()).toEqual(before);
    await page.keyboard.press('n');
    await eventually(() => rows.first().innerText()).toContain(raised.title);
    world.work.change([alert], { status: 'open', assignee: '' }, 'noor');
  });

  it('shows on the page of an alert what a colleague does to it, and that one is there', async () => {
    const { world } = stage.standIn;
    const alert = titled('SMB Exploitation Attempt Seen by the Sensor');
    const page = await stage.enter(`/alerts/${alert.id}`, { width: 900 });
    const article = page.getByRole('article', { name: alert.title });
    await article.waitFor();
    expect(await article.getByText('also here').count()).toBe(0);
    world.news.setViewers(alert.id, ['noor']);
    await article.getByText('noor also here').waitFor();
    await picture(page, 'also-here-900');
    world.work.change([alert], { status: 'acknowledged', assignee: 'noor' }, 'noor');
    await article.getByText('Acknowledged').first().waitFor();
    world.news.setViewers(alert.id, []);
    await article.getByText('also here').waitFor({ state: 'detached' });
    world.work.change([alert], { status: 'open', assignee: '' }, 'noor');
  });

  it('goes on where it was when its connection comes back, misses nothing, and says meanwhile how often it asks', async () => {
    const { world } = stage.standIn;
    const alert = titled('Firewall Port Opened with Netsh');
    const page = await stage.enter('/alerts');
    await rowOf(page, alert.title).first().waitFor();
    await page.mouse.move(700, 5);
    world.raise();
    stage.standIn.isSocketAway = true;
    await page.getByText('asked every 20 s').waitFor();
    world.work.change([alert], { assignee: 'noor' }, 'noor');
    const raised = world.raise();
    const resumed = world.news.resumedFrom.length;
    stage.standIn.isSocketAway = false;
    await rowOf(page, alert.title).first().getByText('noor').waitFor();
    await rowOf(page, raised.title).first().waitFor();
    expect(world.news.resumedFrom.length).toBe(resumed + 1); // with its cursor: the list was not asked for by the clock
    await page.getByText('asked every 20 s').waitFor({ state: 'detached' });
    world.work.change([alert], { assignee: '' }, 'noor');
  });

  it('lets more in than a page holds, without leaving some out between', async () => {
    const { world } = stage.standIn;
    const page = await stage.enter('/alerts');
    const rows = page.locator('.rows-item');
    await rows.first().hover();
    const raised = Array.from({ length: 60 }, () => world.raise());
    await page.getByRole('button', { name: '50+ new' }).click();
    const list = page.getByRole('table', { name: 'Alerts' });
    await eventually(() => list.getAttribute('aria-rowcount')).toBe('50');
    await page
      .getByRole('row')
      .filter({ hasText: raised.at(-1)!.title })
      .first()
      .waitFor();
    await list.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await eventually(() => list.getAttribute('aria-rowcount').then(Number)).toBeGreaterThan(60);
    for (const alert of raised) world.alerts.splice(world.alerts.indexOf(alert), 1);
  });

  it('offers a search for the value that was clicked', async () => {
    const alert = titled('Process Dump via Comsvcs.dll');
    const page = await stage.enter(`/alerts/${alert.id}`);
    await page.getByRole('complementary', { name: 'About this alert' }).getByRole('button', { name: 'wardog' }).click();
    await page.getByRole('menuitem', { name: 'Filter for' }).click();
    await page.waitForURL('**/events?q=user.name:wardog');
  });

  it('closes all that match, also those that are not loaded, once it is said how many those are', async () => {
    const { world } = stage.standIn;
    for (let n = 0; n < 60; n++) world.raise();
    const page = await stage.enter('/alerts');
    const list = page.getByRole('table', { name: 'Alerts' });
    await eventually(() => list.getAttribute('aria-rowcount')).toBe('50');
    await page.locator('.rows-item').first().getByRole('checkbox').check();
    const bar = page.getByRole('toolbar', { name: 'Selected alerts' });
    await bar.getByRole('button', { name: 'Select all shown' }).click();
    await bar.getByText('50 alerts').waitFor();
    const open = () => world.alerts.filter(({ status }) => status !== 'closed').length;
    const before = open();
    expect(before).toBeGreaterThan(50);
    await bar.getByRole('button', { name: 'Close all that match' }).click();
    const dialog = page.getByRole('dialog', { name: 'Close all that match' });
    await dialog.getByRole('button', { name: 'Benign' }).click();
    await dialog.getByText(`${before} alerts match`).waitFor();
    await picture(page, 'close-all-1440');
    await dialog.getByRole('button', { name: `Close ${before}` }).click();
    await eventually(open).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually(open).toBe(before);
  });
});
