import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, eventually, openStage, picture, type Stage } from './browser.ts';

const HOST = '/entities/host/WORKSTATION5.theshire.local?from=now-1h&to=now';

describe.skipIf(chromiumPath === undefined)('entities', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterEach(() => {
    stage.standIn.world.takeAway(null);
    stage.standIn.world.isEmpty = false;
  });
  afterAll(async () => stage.close());

  it('has all that is known of a host on one page, also when that is visited first', async () => {
    const page = await stage.enter(HOST);
    await page.locator('.entity-time canvas').waitFor();
    const known = page.locator('.entity-about');
    await known.getByText('Payroll workstation').waitFor();
    expect(await known.innerText()).toMatch(/First seen[\s\S]*2026-01-05[\s\S]*Last seen[\s\S]*Criticality[\s\S]*3\s+high[\s\S]*windows\.sysmon/);
    await page.locator('.entity-alerts .entity-row').first().waitFor();
    expect(await page.locator('.entity-rules .entity-row').count()).toBeGreaterThan(0);
    const related = page.getByRole('region', { name: 'Related' });
    await related.getByText(/^Related in its newest 2,000 events|^Related in its [\d,]+ events/).waitFor();
    await related.getByRole('link', { name: 'wardog' }).waitFor();
    const layout = await page
      .locator('.entity-row')
      .first()
      .evaluate((row) => getComputedStyle(row).display);
    expect(layout).toBe('grid');
    await picture(page, 'entity-1440');
  });

  it('goes from a host to a user of it, and back', async () => {
    const page = await stage.enter(HOST);
    await page.getByRole('link', { name: 'wardog' }).click();
    await page.waitForURL('**/entities/user/wardog');
    await page.getByRole('region', { name: 'Related' }).getByRole('link', { name: 'WORKSTATION5.theshire.local' }).waitFor();
    expect(await page.locator('.entity-about').innerText()).not.toContain('Asset');
    await page.goBack();
    await page.getByText('Payroll workstation').waitFor();
  });

  it('is offered by the value of an event and by the tag of an alert', async () => {
    const page = await stage.enter('/alerts');
    await page.locator('.rows-item .entity button').first().click();
    await page.getByRole('menuitem', { name: 'All that is known of it' }).click();
    await page.waitForURL(/\/entities\/(host|user|address)\//);
    await page.getByText('First seen').waitFor();
  });

  it('opens the events of a user by all fields that name one', async () => {
    const page = await stage.enter('/entities/user/wardog');
    await page.getByRole('link', { name: 'Its events' }).click();
    await page.waitForURL('**/events?**');
    expect(new URL(page.url()).searchParams.get('q')).toBe('user.name:wardog or user.target.name:wardog');
    await page.locator('.rows-item').first().waitFor();
  });

  it('says so of what was never seen, of what is no kind, and when the database is away', async () => {
    const page = await stage.enter('/entities/address/192.0.2.250');
    await page.getByText('No event of this range names it.').waitFor();
    expect(await page.locator('.entity-about').innerText()).toMatch(/First seen\s+never\s+Last seen\s+never/);
    await page.goto('/entities/planet/mars');
    await page.getByText('There is no such kind').waitFor();
    stage.standIn.world.takeAway('database');
    await page.goto(HOST);
    await page.locator('.entity-about').getByText('The database does not answer.').waitFor();
  });

  it('lists hosts, users and addresses by name and by a part of it', async () => {
    const page = await stage.enter('/entities');
    const rows = page.getByRole('region', { name: 'Entities' }).locator('tbody tr');
    await eventually(() => rows.count()).toBeGreaterThan(3);
    await page.getByRole('button', { name: 'Users' }).click();
    await page.waitForURL('**/entities?type=user');
    await page.getByRole('searchbox').fill('ward');
    await eventually(() => rows.count()).toBe(1);
    await rows.getByRole('link', { name: 'wardog' }).click();
    await page.waitForURL('**/entities/user/wardog');
  });
});
