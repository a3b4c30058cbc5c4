import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, openStage, type Stage } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('export', { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  const save = async (path: string, item: RegExp) => {
    const page = await stage.enter(path);
    await page.getByRole('button', { name: 'Export' }).click();
    const coming = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: item }).click();
    const download = await coming;
    return { name: download.suggestedFilename(), asked: JSON.parse(readFileSync(await download.path(), 'utf8')) as Record<string, string> };
  };

  it.each<[path: string, item: RegExp, name: string, asked: Record<string, string>]>([
    [
      '/events?q=host.name:web*&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
      /^CSV/,
      'events.csv',
      { format: 'csv', limit: '100000', search: 'host.name:web*', from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' },
    ],
    [
      '/alerts?view=closed&min=high&q=dump&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
      /^Parquet/,
      'alerts.parquet',
      { format: 'parquet', search: 'dump', minSeverity: 'high', status: 'closed', from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' },
    ],
  ])('saves what %s shows', async (path, item, name, asked) => {
    expect(await save(path, item)).toEqual({ name, asked: expect.objectContaining(asked) });
  });

  it('says why the API refuses, and offers it again', async () => {
    const page = await stage.enter('/events?q=error:1');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /^NDJSON/ }).click();
    await page.getByRole('alert').getByText('All exports of today are made.').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByRole('button', { name: 'Export' }).isEnabled()).toBe(true);
  });

  it('is not offered of the live tail, which has no end', async () => {
    const page = await stage.enter('/events?live=1');
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    expect(await page.getByRole('button', { name: 'Export' }).count()).toBe(0);
  });
});
