import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violationsOf } from './accessibility.ts';
import { chromiumPath, eventually, openStage, picture, type Stage } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('events', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterEach(() => {
    stage.standIn.world.tailPerSecond = 40;
    stage.standIn.world.tailLeftOut = 0;
  });
  afterAll(async () => stage.close());

  it('searches with what was completed, and the address holds it', async () => {
    const page = await stage.enter('/events');
    await page.getByRole('table', { name: 'Events' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('host.na');
    await page.getByRole('option', { name: 'host.name' }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('option', { name: /^WORKSTATION5/ }).waitFor();
    await picture(page, 'completion-1440');
    await page.keyboard.type('WORKSTATION5');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/events?q=host.name:WORKSTATION5.theshire.local');
    await eventually(() => page.locator('.rows-item').first().innerText()).toContain('WORKSTATION5');
    const hosts = await page.locator('.rows-item').allInnerTexts();
    expect(hosts.every((text) => text.includes('WORKSTATION5'))).toBe(true);
  });

  it('colours a search by its parts, and completes it as an editor does', async () => {
    const page = await stage.enter('/events');
    const box = page.getByRole('combobox', { name: 'Search events' });
    const painted = (kind: string) => page.locator(`.paint-${kind}`).allInnerTexts();
    await box.fill('severity>=high user.name:(ro* or "a b")');
    expect([await painted('field'), await painted('operator'), await painted('scalar')]).toEqual([['severity', 'user.name'], ['>=', ':'], ['high']]);
    expect([await painted('word'), await painted('star'), await painted('quoted')]).toEqual([['or'], ['*'], ['"a b"']]);

    await box.fill('');
    await box.pressSequentially('event.sever');
    await page.getByRole('option', { name: 'event.severity' }).waitFor();
    await box.press('ArrowDown');
    expect(await box.getAttribute('aria-activedescendant')).toBe(await page.getByRole('option', { selected: true }).getAttribute('id'));
    await box.press('Enter'); // takes what is marked, and asks nothing
    await box.pressSequentially(':'); // the one that is there already
    expect(await box.inputValue()).toBe('event.severity:');
    await page.getByRole('option', { name: 'event.severity>=' }).click(); // in place of the colon
    await page.getByRole('option', { name: 'high', exact: false }).first().waitFor();
    await box.press('Escape');
    expect(await box.getAttribute('aria-expanded')).toBe('false');
    await box.press('Control+Space');
    await box.pressSequentially('hi');
    await eventually(() => page.getByRole('option').allInnerTexts()).toEqual([expect.stringMatching(/^high/)]);
    await box.press('Tab');
    expect(await box.inputValue()).toBe('event.severity>=high');
    await box.pressSequentially(' o');
    await page.getByRole('option', { name: 'or one of the two must hold' }).waitFor();
    await picture(page, 'completion-words-1440');
    expect(await violationsOf(page)).toEqual([]);
    await box.press('Escape');
    await box.press('Backspace');
    await box.press('Enter');
    await page.waitForURL('**/events?q=event.severity%3E%3Dhigh');
  });

  it('asks for completions once typing pauses, and shows none that are late', async () => {
    const page = await stage.enter('/events');
    const box = page.getByRole('combobox', { name: 'Search events' });
    await page.getByRole('table', { name: 'Events' }).waitFor();
    const before = stage.standIn.asked.get('SearchCompletion') ?? 0;
    await box.pressSequentially('host.na', { delay: 5 });
    await page.getByRole('option', { name: 'host.name' }).waitFor();
    expect((stage.standIn.asked.get('SearchCompletion') ?? 0) - before).toBeLessThan(4); // 7 keys
    stage.standIn.slowMs = 1500;
    const late = page.waitForResponse((response) => response.request().postData()?.includes('"search":"user"') === true);
    await box.fill('user');
    await page.waitForRequest((request) => request.postData()?.includes('"search":"user"') === true);
    await box.fill('"a phrase');
    stage.standIn.slowMs = 0;
    await (await late).finished();
    expect(await page.getByRole('option').count()).toBe(0);
  });

  it('says what a search reads and what the language is', async () => {
    const page = await stage.enter('/events');
    const box = page.getByRole('combobox', { name: 'Search events' });
    await box.fill('user.name:root or mimikatz');
    await page.getByRole('button', { name: 'What this search reads' }).click();
    const explanation = page.getByRole('dialog', { name: 'What this search reads' });
    await eventually(() => explanation.innerText()).toMatch(/user\.name is "root" or "mimikatz" somewhere[\s\S]*21,000 events[\s\S]*at most 21,000 looked at/);
    await picture(page, 'explain-1440');
    await page.keyboard.press('Escape');
    await box.fill('');
    await box.press('?');
    const help = page.getByRole('dialog', { name: 'How to search' });
    await help.getByText('Numbers, severities, times').waitFor();
    await picture(page, 'search-help-1440');
    expect(await violationsOf(page)).toEqual([]);
    await help.getByRole('button', { name: 'severity:medium' }).click();
    expect(await box.inputValue()).toBe('severity:medium');
  });

  it('offers searches that were asked before', async () => {
    const page = await stage.enter('/events');
    const box = page.getByRole('combobox', { name: 'Search events' });
    for (const text of ['lsass', 'wardog']) {
      await box.fill(text);
      await box.press('Enter');
      await page.waitForURL(`**/events?q=${text}`);
    }
    await box.fill('');
    await box.press('ArrowDown');
    await eventually(() => page.getByRole('option').allInnerTexts()).toEqual([expect.stringMatching(/^wardog/), expect.stringMatching(/^lsass/)]);
    await page.getByRole('option', { name: 'lsass' }).click();
    await page.waitForURL('**/events?q=lsass');
  });

  it('keeps searches with a name, which can be shared, renamed, opened and deleted', async () => {
    const { views } = stage.standIn.world.work;
    const page = await stage.enter('/events?q=user.name:wardog&from=now-4h&to=now');
    await page.getByRole('button', { name: 'Saved' }).click();
    await page.getByRole('menuitem', { name: /^Save this one/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Save this search' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Wardog at work');
    await dialog.getByRole('checkbox', { name: /^Keep the time range/ }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('checkbox', { name: 'Shared' }).click(); // checked once the API has said so
    const name = dialog.getByRole('textbox', { name: 'Name of Wardog at work' });
    await name.fill('Wardog');
    await name.press('Enter');
    await eventually(() => views.map((view) => [view.name, view['isShared'], view['from']])).toEqual([['Wardog', true, 'now-4h']]);
    await picture(page, 'saved-searches-1440');
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await page.goto('/events?q=lsass');
    await page.getByRole('button', { name: 'Saved' }).click();
    await page.getByRole('menuitem', { name: 'Wardog shared' }).click();
    await page.waitForURL(/\/events\?(?=.*q=user\.name:wardog)(?=.*from=now-4h)/);
    await page.getByRole('button', { name: 'Saved' }).click();
    await page.getByRole('menuitem', { name: /^Save this one/ }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await eventually(() => views.length).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Undo/ }).first().click();
    await eventually(() => views.map((view) => [view.name, view['query']])).toEqual([['Wardog', 'user.name:wardog']]);
    views.length = 0;
  });

  it('marks what cannot be read, under the place', async () => {
    const page = await stage.enter('/events');
    const box = page.getByRole('combobox', { name: 'Search events' });
    await box.fill('user.name:root (a or b');
    await box.press('Enter');
    const fault = page.locator('.search').getByRole('alert');
    await fault.waitFor();
    expect(await fault.innerText()).toBe('This parenthesis is not closed.');
    expect(await page.locator('.paint-wrong').innerText()).toBe('(');
    const [mark, said] = [await page.locator('.paint-wrong').boundingBox(), await fault.boundingBox()];
    expect(Math.abs((mark?.x ?? 0) - (said?.x ?? 0))).toBeLessThan(24);
    await picture(page, 'search-error-1440');
    await box.fill('severity>=hihg'); // not asked: the box reads it as the API does
    await eventually(() => fault.allInnerTexts()).toEqual([expect.stringContaining('a severity such as high is expected')]);
    expect(await page.locator('.paint-wrong').innerText()).toBe('hihg');
    await box.fill('user.name:wardog');
    await box.press('Enter');
    await fault.waitFor({ state: 'detached' });
    await page.getByRole('table', { name: 'Events' }).waitFor();
  });

  it('filters for and out by a click on a value', async () => {
    const page = await stage.enter('/events');
    await page.locator('.rows-item').getByRole('button', { name: 'zeek.conn' }).first().click();
    await page.getByRole('menuitem', { name: 'Filter out' }).click();
    await page.waitForURL('**/events?q=-event.dataset:zeek.conn');
    await eventually(() => page.locator('.rows-item').getByRole('button', { name: 'zeek.conn' }).count()).toBe(0);
    await page.goBack();
    await page.waitForURL('**/events');
    await page.locator('.rows-item').getByRole('button', { name: 'zeek.conn' }).first().waitFor();
  });

  it('shows fields, context, native document and origin of an event at an address of its own', async () => {
    const page = await stage.enter('/events?q=event.dataset:windows.sysmon user.name:wardog');
    await page.locator('.rows-item').first().click();
    await page.waitForURL(/\/events\/\d+-[\da-f]{32}\?q=/);
    await page.reload();
    const event = page.getByRole('article', { name: 'Event' });
    await eventually(() => event.innerText()).toMatch(/event\.dataset\s+windows\.sysmon/);
    await event.getByRole('button', { name: 'Native' }).click();
    expect(await event.getByRole('figure', { name: 'Native document' }).innerText()).toContain('"Channel"');
    await event.getByRole('button', { name: 'Origin' }).click();
    expect(await event.innerText()).toMatch(/raw\.default\.windows[\s\S]*Partition\s+\d[\s\S]*Offset\s+\d+[\s\S]*windows\.sysmon, version 3/);
    await event.getByRole('button', { name: 'Fields' }).click();
    await picture(page, 'event-1440');
    await event.getByRole('button', { name: 'wardog' }).first().click();
    await page.getByRole('menuitem', { name: 'Copy value' }).click();
    await eventually(() => page.evaluate(() => navigator.clipboard.readText())).toBe('wardog');
    await event.getByRole('button', { name: 'Copy the event as JSON' }).click();
    await eventually(async () => (JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as { fields?: object }).fields).toMatchObject({
      'event.dataset': 'windows.sysmon',
      'user.name': 'wardog',
    });
    await event.getByRole('button', { name: 'Events around this one' }).click();
    await page.getByRole('menuitem', { name: /^host\.name / }).click();
    await page.waitForURL(/\/events\/\d+-[\da-f]{32}\?q=host\.name:/);
    const { searchParams } = new URL(page.url());
    expect(Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '')).toBe(600_000);
    await page.locator('.rows-open').waitFor(); // among its neighbours
  });

  it('counts the values of another field beside the usual ones, and goes on doing so', async () => {
    const page = await stage.enter('/events');
    const add = page.getByRole('textbox', { name: 'Show the values of another field' });
    await add.fill('event.provider');
    await add.press('Enter');
    await page.reload();
    const values = page.getByRole('complementary', { name: 'Frequent values' });
    await values.getByRole('button', { name: 'Microsoft-Windows-Security-Auditing', exact: true }).waitFor();
    await values.getByRole('button', { name: 'Without event.provider' }).click();
    await eventually(() => values.getByRole('button', { name: 'event.provider' }).count()).toBe(0);
  });

  it('shows the columns that were chosen, and the address holds them', async () => {
    const page = await stage.enter('/events?q=event.dataset:windows.sysmon&columns=event.code,process.name');
    const heads = () => page.getByRole('columnheader').allInnerTexts();
    await eventually(heads).toEqual([expect.stringMatching(/^Time/), 'Dataset', 'event.code', 'process.name', 'What']);
    await eventually(() => page.locator('.rows-item').first().innerText()).toMatch(/windows\.sysmon\s+(1|3|10|13)\s+\w+\.exe/);
    await page.locator('.rows-item').first().getByRole('button', { name: 'windows.sysmon' }).click();
    await page.getByRole('menuitem', { name: 'Show as a column' }).click();
    await page.waitForURL(/columns=event\.code,process\.name,event\.dataset$/);
    await picture(page, 'events-columns-1440');
    await page.getByRole('button', { name: 'Without the column event.code' }).click();
    await page.waitForURL(/columns=process\.name,event\.dataset$/);
    await eventually(heads).toEqual([expect.stringMatching(/^Time/), 'Dataset', 'process.name', 'event.dataset', 'What']);
  });

  it('takes a range from the picker, in words and absolute', async () => {
    const page = await stage.enter('/events');
    await page.getByRole('table', { name: 'Events' }).waitFor();
    await page.keyboard.press('t');
    await page.getByRole('button', { name: 'Last 4 hours' }).click();
    await page.waitForURL('**/events?from=now-4h&to=now');
    await page.getByRole('button', { name: 'Time range: Last 4 hours' }).click();
    await page.getByRole('textbox', { name: 'From' }).fill('2026-11-25 12:00');
    await page.getByRole('textbox', { name: 'To' }).fill('2026-11-25 11:00');
    await page.getByRole('button', { name: 'Use this range' }).click();
    await page.getByText('The start must be before the end.').waitFor();
    await page.getByRole('textbox', { name: 'To' }).fill('2026-11-25 13:00');
    await page.getByRole('button', { name: 'Use this range' }).click();
    await page.waitForURL('**/events?from=2026-11-25T11:00:00.000Z&to=2026-11-25T12:00:00.000Z'); // typed in Berlin
    await page.getByRole('button', { name: /^Time range: 2026-11-25 12:00:00 to 13:00:00 UTC\+01:00$/ }).waitFor();
  });

  it('narrows the range to what was drawn over in the histogram', async () => {
    const page = await stage.enter('/events');
    const plot = page.locator('.histogram .u-over');
    await plot.waitFor();
    await page.locator('.histogram canvas').waitFor();
    const box = await plot.boundingBox();
    if (box === null) throw new Error('no histogram');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=20[\d-]+T/);
    const params = new URL(page.url()).searchParams;
    const minutes = (Date.parse(params.get('to') ?? '') - Date.parse(params.get('from') ?? '')) / 60_000;
    expect(Math.round(minutes)).toBe(15);
  });

  it('keeps a list of thousands light, and loads it page by page', async () => {
    const page = await stage.enter('/events?from=now-24h&to=now');
    const list = page.getByRole('table', { name: 'Events' });
    for (let wanted = 100; wanted <= 600; wanted += 100) {
      await eventually(() => list.getAttribute('aria-rowcount').then(Number)).toBeGreaterThanOrEqual(wanted);
      await list.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    }
    expect(await list.getByRole('row').count()).toBeLessThan(80);
  });

  it('takes 1,000 events a second in batches, bounded, and stays at hand', async () => {
    stage.standIn.world.tailPerSecond = 1000;
    stage.standIn.world.tailLeftOut = 250;
    const page = await stage.enter('/events?live=1');
    const list = page.getByRole('table', { name: 'Events' });
    await list.waitFor();
    const received = async () =>
      Number(/([\d,]+) received/.exec(await page.getByRole('group', { name: 'Live tail' }).innerText())?.[1]?.replaceAll(',', '') ?? 0);
    const frames = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let n = 0;
          const count = () => {
            n += 1;
            if (Number(/([\d,]+) received/.exec(document.querySelector('.tail-bar')?.textContent ?? '')?.[1]?.replaceAll(',', '')) >= 3000) resolve(n);
            else requestAnimationFrame(count);
          };
          requestAnimationFrame(count);
        }),
    );
    await eventually(received).toBeGreaterThan(3000);
    expect(await frames).toBeGreaterThan(20); // it drew while it took them in
    expect(Number(await list.getAttribute('aria-rowcount'))).toBe(2000);
    expect(await list.getByRole('row').count()).toBeLessThan(80);
    await page.getByText(/^Sampled: [\d,]+ left out to keep up$/).waitFor();
    await picture(page, 'tail-1440');

    await page.keyboard.press('p');
    await page.getByText('Paused').waitFor();
    const top = await list.locator('.rows-item').first().innerText();
    await page.getByRole('button', { name: /^[\d,]+ new$/ }).waitFor();
    expect(await list.locator('.rows-item').first().innerText()).toBe(top);
    await page.keyboard.press('l');
    await page.waitForURL('**/events');
  });

  it('moves no row of the tail under the pointer', async () => {
    const page = await stage.enter('/events?live=1');
    const list = page.getByRole('table', { name: 'Events' });
    await list.locator('.rows-item').first().waitFor();
    await list.locator('.rows-item').nth(2).hover();
    await page.getByRole('button', { name: /^[\d,]+ new$/ }).waitFor();
    const top = await list.locator('.rows-item').first().innerText();
    const held = await page.getByRole('button', { name: /^[\d,]+ new$/ }).innerText();
    await eventually(() => page.getByRole('button', { name: /^[\d,]+ new$/ }).innerText()).not.toBe(held);
    expect(await list.locator('.rows-item').first().innerText()).toBe(top);
  });
});
