import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('wardog');
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
