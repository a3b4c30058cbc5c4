import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, openStage, type Stage } from './browser.ts';
import { PASSWORD } from './stand-in.ts';

describe.skipIf(chromiumPath === undefined)('signing in', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('asks for a name and password first, and leads to the address that was asked for', async () => {
    const page = await stage.visit();
    await page.goto('/events?q=mimikatz');
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').innerText()).toContain('Name or password is wrong.');
    expect(await page.getByRole('alert').getByRole('button').innerText()).toMatch(/^Copy request id\s+[\da-f…-]+$/); // the request id
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/events?q=mimikatz');
    expect(await page.getByRole('combobox', { name: 'Search events' }).inputValue()).toBe('mimikatz');
  });

  it('stays signed in over a reload, and ends with the session', async () => {
    const page = await stage.enter('/alerts');
    await page.reload();
    await page.getByRole('table', { name: 'Alerts' }).waitFor();
    stage.standIn.isSessionOver = true;
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to Goshawk' }).waitFor();
    expect(new URL(page.url()).searchParams.get('next')).toBe('/alerts');
    await page.getByRole('status').getByText('Your session has ended').waitFor();
    stage.standIn.isSessionOver = false;
  });

  it('keeps no token where scripts could read it', async () => {
    const page = await stage.enter('/');
    const stored = await page.evaluate(() =>
      JSON.stringify({ kept: Object.entries(localStorage), tab: Object.entries(sessionStorage), cookie: document.cookie }),
    );
    expect(JSON.parse(stored)).toEqual({ kept: [['goshawk.session', 'in']], tab: [], cookie: '' });
  });

  it('does not lead to another site after signing in', async () => {
    const page = await stage.visit();
    await page.goto('/login?next=//elsewhere.example/');
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Areas' }).waitFor();
    expect(new URL(page.url()).origin).toBe(stage.standIn.url);
  });
});
