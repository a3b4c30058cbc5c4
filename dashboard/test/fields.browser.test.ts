import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, eventually, openStage, type Stage } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('fields', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('lays out its tables when it is the first area that is visited', async () => {
    const page = await stage.enter('/fields');
    const head = page.getByRole('region', { name: 'Datasets' }).getByRole('columnheader', { name: 'Fields' });
    await head.waitFor();
    expect(await head.evaluate((cell) => [getComputedStyle(cell).position, getComputedStyle(cell).textAlign])).toEqual(['sticky', 'end']);
  });

  it('shows what is new in a dataset, and keeps that in the address', async () => {
    const page = await stage.enter('/fields');
    const datasets = page.getByRole('region', { name: 'Datasets' });
    await eventually(() => datasets.locator('tbody tr').count()).toBe(2);
    await datasets
      .getByRole('row', { name: /^linux\.auth/ })
      .getByRole('link', { name: '1' })
      .click();
    const fields = page.getByRole('region', { name: 'Fields', exact: true });
    await fields.getByText('user.name').waitFor();
    expect(await fields.locator('tbody tr').count()).toBe(1);
    expect(new URL(page.url()).search).toMatch(/dataset=linux\.auth.*state=new/);
  });

  it('finds fields of all datasets by a part of their name', async () => {
    const page = await stage.enter('/fields');
    await page.getByRole('searchbox').fill('host');
    const fields = page.getByRole('region', { name: 'Fields', exact: true });
    await eventually(() => fields.locator('tbody tr').count()).toBe(2);
    expect(await fields.locator('tbody').innerText()).toMatch(/linux\.auth[\s\S]*WEB-01[\s\S]*windows\.sysmon/);
  });
});
