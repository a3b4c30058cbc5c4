import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, eventually, openStage, picture, type Stage } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('overview, pipeline and what is around them', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterEach(() => {
    stage.standIn.world.takeAway(null);
    stage.standIn.world.isEmpty = false;
    stage.standIn.isGone = false;
  });
  afterAll(async () => stage.close());

  it('draws rates by sensor, alerts by severity, findings by rule, entities and the newest events', async () => {
    const page = await stage.enter('/');
    await page.getByRole('img', { name: /^Events per second by sensor, \d+\/s now$/ }).waitFor();
    await page.getByRole('img', { name: /alerts over time by severity$/ }).waitFor();
    expect(await page.getByRole('list', { name: 'Sensors, with their present rate' }).innerText()).toContain('windows');
    expect(await page.getByRole('list', { name: 'Open alerts by severity' }).innerText()).toMatch(/Critical[\s\S]*High[\s\S]*Medium[\s\S]*Low[\s\S]*Info/);
    await page.getByRole('link', { name: 'Process Dump via Comsvcs.dll' }).first().waitFor();
    await page.getByText('Entities at risk').waitFor();
    await eventually(() => page.getByRole('table', { name: 'Newest events' }).getByRole('row').count()).toBe(13);
    const painted = await page.locator('.overview-rate canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return new Set(Array.from({ length: data.length / 4 }, (_, i) => `${data[i * 4]},${data[i * 4 + 1]},${data[i * 4 + 2]}`)).size;
    });
    expect(painted).toBeGreaterThan(5); // the tones of five sensors, at least
    await picture(page, 'overview-1440');
  });

  it('shows the table behind a chart', async () => {
    const page = await stage.enter('/');
    await page.locator('.overview-rate').getByRole('button', { name: 'Show as table' }).click();
    const table = page.getByRole('region', { name: /^Events per second/ });
    expect(await table.locator('thead').innerText()).toMatch(/windows[\s\S]*zeek/);
    await eventually(() => table.locator('tbody tr').count()).toBeGreaterThan(60);
  });

  it('moves: new bars come in without a reload', async () => {
    const page = await stage.enter('/', { isTimeHeld: true });
    await page.getByRole('list', { name: 'Sensors, with their present rate' }).getByText('windows').waitFor();
    const before = stage.standIn.asked.get('EventRate') ?? 0;
    await eventually(async () => {
      await page.clock.runFor(1_000);
      return stage.standIn.asked.get('EventRate') ?? 0;
    }).toBeGreaterThan(before + 1);
  });

  it('asks nothing of an area that is not shown', async () => {
    const page = await stage.enter('/pipeline'); // the visitor before, and what that one asked, are gone
    stage.standIn.asked.clear();
    await page.reload();
    await page.getByRole('group', { name: /^Stages/ }).waitFor();
    const asked = [...stage.standIn.asked.keys()];
    const ofThisArea = ['DeadLetters', 'Ledger', 'OpenAlerts', 'PipelineHealth', 'Redrives', 'Viewer'];
    expect(asked).toContain('PipelineHealth');
    expect(asked.filter((name) => !ofThisArea.includes(name))).toEqual([]);
  });

  it('draws the stages as they are wired, with parts, topics and dead letters', async () => {
    const page = await stage.enter('/pipeline');
    const flow = page.getByRole('group', { name: /^Stages/ });
    for (const name of ['ingest', 'validate', 'enrich', 'detect', 'correlate', 'alert', 'persist-events'])
      await flow.getByText(name, { exact: true }).waitFor();
    const place = async (name: string) => (await flow.getByText(name, { exact: true }).boundingBox())?.x ?? 0;
    expect(await place('ingest')).toBeLessThan(await place('validate'));
    expect(await place('correlate')).toBeLessThan(await place('alert'));
    await page.getByRole('region', { name: 'Topics' }).getByText('events.enriched.v1').waitFor();
    await page.getByText('Record is not valid JSON (312 bytes)').first().waitFor();
    await picture(page, 'pipeline-1440');
  });

  it('looks into a dead letter only when asked, since each look is audited', async () => {
    stage.standIn.asked.clear();
    const page = await stage.enter('/pipeline');
    await page.getByRole('button', { name: /^FUTURE_TIMESTAMP/ }).click();
    await page.waitForURL('**/pipeline?code=FUTURE_TIMESTAMP');
    await eventually(() => page.getByRole('table', { name: 'Dead letters' }).locator('.letter-open').count()).toBe(11);
    expect(stage.standIn.asked.get('DeadLetterContent')).toBeUndefined();
    await page.locator('.letter-open').nth(2).click();
    await page.getByText('"EventID":4688').waitFor();
    expect(stage.standIn.asked.get('DeadLetterContent')).toBe(1);
    await page.getByText('shipper', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Bytes' }).click();
    await page.getByText('7b 22 45 76 65 6e 74 49 44').waitFor();
    await picture(page, 'dead-letter-1440');
  });

  it('tries dead letters on the stages, and sends them again on a second press only', async () => {
    stage.standIn.asked.clear();
    const page = await stage.enter('/pipeline?code=FUTURE_TIMESTAMP');
    const reasons = page.getByRole('region', { name: 'Reasons' });
    await reasons.getByRole('row', { name: /FUTURE_TIMESTAMP validate events.parsed.v1/ }).waitFor();
    await page.getByRole('button', { name: 'Preview' }).click();
    const status = page.getByRole('status', { name: 'Preview' });
    await eventually(() => status.innerText()).toContain('11 validate FUTURE_TIMESTAMP would pass');
    await page.getByRole('button', { name: 'Send again', exact: true }).click();
    const plan = page.getByRole('group', { name: 'Send again' });
    expect(await plan.innerText()).toContain('10 records would be sent again. 1 record had been sent before and would be left alone.');
    expect(stage.standIn.world.redrives).toEqual([]);
    await picture(page, 'redrive-1440');
    await plan.getByRole('button', { name: 'Send 10 records again' }).click();
    await page.getByRole('list', { name: 'Sent again lately' }).getByText('10 of 11 sent again').waitFor();
    expect(stage.standIn.world.redrives).toMatchObject([{ redriven: 10, already: 1 }]);
  });

  it('names a source whose records are refused', async () => {
    const page = await stage.enter('/pipeline');
    await page.getByRole('note').getByText('raw.default.zeek').waitFor();
    expect(await page.getByRole('note').innerText()).toContain('2,140 records refused within 10 minutes, mostly DECODE_FAILED');
  });

  it.each(['broker', 'registry', 'database'] as const)('names the %s when it is away, and since when', async (part) => {
    stage.standIn.world.takeAway(part);
    const page = await stage.enter('/pipeline');
    const banner = page.getByRole('alert').filter({ hasText: `The ${part} is away for 1 min` });
    await banner.waitFor();
    expect(await banner.innerText()).toContain('ECONNREFUSED');
    await picture(page, `away-${part}-1440`);
  });

  it('keeps the numbers it has and shows their age when they cannot be renewed', async () => {
    const page = await stage.enter('/');
    await page.getByRole('link', { name: 'Process Dump via Comsvcs.dll' }).first().waitFor();
    stage.standIn.world.takeAway('database');
    await page.locator('.overview-newest .stale').waitFor();
    expect(await page.locator('.overview-newest .stale').innerText()).toMatch(/\d+ s old/);
    await page.getByRole('link', { name: 'Process Dump via Comsvcs.dll' }).first().waitFor();
  });

  it('says what failed, what to do and the request id when there is nothing to show yet', async () => {
    stage.standIn.world.takeAway('database');
    const page = await stage.enter('/alerts');
    const failed = page.locator('.alerts-list').getByRole('alert');
    await failed.waitFor();
    expect(await failed.innerText()).toMatch(
      /The database does not answer\.[\s\S]*goshawk status[\s\S]*Request\s+Copy request id\s+[\da-f…-]+[\s\S]*DATABASE_UNAVAILABLE/,
    );
    stage.standIn.world.takeAway(null);
    await failed.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('table', { name: 'Alerts' }).waitFor();
  });

  it('says that the API does not answer, and goes on when it does again', async () => {
    const page = await stage.enter('/pipeline', { isTimeHeld: true });
    await page.getByRole('group', { name: /^Stages/ }).waitFor();
    stage.standIn.isGone = true;
    const banner = page.getByRole('alert').filter({ hasText: 'The API does not answer.' });
    const isShown = async () => {
      await page.clock.runFor(1_000);
      return banner.isVisible();
    };
    await eventually(isShown).toBe(true);
    expect(await banner.innerText()).toMatch(/What you see is .* old/);
    stage.standIn.isGone = false;
    await eventually(isShown).toBe(false);
  });

  it('teaches where there is nothing yet', async () => {
    stage.standIn.world.isEmpty = true;
    const page = await stage.enter('/alerts');
    expect(await page.locator('.alerts-list .state').innerText()).toMatch(/Nothing needs you[\s\S]*npm start/);
    await page.goto('/events');
    await page.getByText('No events in this range').waitFor();
    await page.getByRole('button', { name: 'Watch for new ones' }).click();
    await page.waitForURL('**/events?live=1');
  });

  it('goes to areas by keys and lists all keys', async () => {
    const page = await stage.enter('/');
    for (const [keys, path] of [
      ['ga', '/alerts'],
      ['ge', '/events'],
      ['gp', '/pipeline'],
      ['go', '/'],
    ] as const) {
      for (const key of keys) await page.keyboard.press(key);
      await page.waitForURL(`**${path}`);
    }
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keyboard' });
    expect(await keys.innerText()).toMatch(/Overview[\s\S]*Search|Undo what was just done/);
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
  });

  it('changes theme, density and zone, and keeps them', async () => {
    const page = await stage.enter('/alerts');
    const row = page.getByRole('table', { name: 'Alerts' }).getByRole('row').nth(1);
    expect((await row.boundingBox())?.height).toBe(32);
    await page.getByRole('button', { name: /account and preferences/ }).click();
    await page.getByRole('button', { name: 'Light' }).click();
    await page.getByRole('button', { name: 'Comfortable' }).click();
    await page.getByRole('button', { name: 'UTC', exact: true }).click();
    await page.reload();
    expect((await row.boundingBox())?.height).toBe(40);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
    await page.goto('/events');
    await page.getByRole('columnheader', { name: 'Time UTC' }).waitFor();
  });
});
