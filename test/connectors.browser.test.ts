// Connectors and subscriptions by clicking, on the real API, a database, and a worker whose tasks only count.
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../api/auth/passwords.ts';
import { openTestApi } from '../api/test/api.ts';
import type { TestApi } from '../api/test/api.ts';
import { openTestWorker } from '../api/test/connect-worker.ts';
import type { TestWorker } from '../api/test/connect-worker.ts';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { plugins } from '../connectors/_worker/settings/plugins.ts';
import type { Plugin } from '../connectors/_worker/settings/plugins.ts';
import type { TaskProgress } from '../connectors/_worker/task.ts';
import { catalogueOf } from '../connectors/_worker/test/crew-world.ts';
import { fitsThePhone, looksRightInBothThemes, PHONE } from '../dashboard/test/accessibility.ts';
import { chromiumPath, eventually, openVisits, pressSequence } from '../dashboard/test/browser.ts';
import type { Visits } from '../dashboard/test/browser.ts';
import { PASSWORD } from '../dashboard/test/stand-in.ts';

const CLOSED = 'https://closed.example.com:9200';
const REFUSAL = 'The cluster refuses the key (401).';
/** The real kinds with their options. Of the far sides one refuses, and nobody is asked. */
const kinds = async (): Promise<readonly Plugin[]> =>
  (await plugins()).map((plugin) => ({
    ...plugin,
    check: async (config: object) => (JSON.stringify(config).includes(CLOSED) ? [{ option: 'apiKey', message: REFUSAL }] : []),
  }));

describe.skipIf(serverUrl === '' || chromiumPath === undefined)('connectors, by clicking', { timeout: 240_000 }, () => {
  let database: TestDatabase;
  let api: TestApi;
  let worker: TestWorker;
  let visits: Visits;
  let isAway = false;
  beforeAll(async () => {
    database = await openTestDatabase();
    const catalogue = catalogueOf(await kinds(), { SECRET_TOKEN: 's3cret' });
    visits = await openVisits(async (folder) => {
      api = await openTestApi(database, {
        deps: { dashboardFolder: folder, wallMicros: () => Date.now() * 1_000, connectUrl: () => (isAway ? 'http://127.0.0.1:1' : (worker?.url ?? null)) },
      });
      await api.app.listen({ host: '127.0.0.1', port: 0 });
      return { url: `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`, close: () => api.close() };
    });
    worker = await openTestWorker(api, [], { catalogue });
    const password = await hashPassword(PASSWORD);
    for (const [user, role] of [
      ['admin', 'engineer'],
      ['ana', 'analyst'],
    ])
      await database.owner.query(`SELECT set_config('goshawk.organization', 'default', false), api.add_user('tester', $1, $2, $3)`, [user, password, [role]]);
  }, 240_000);
  afterAll(async () => {
    await worker?.close();
    await visits?.close();
    await database?.drop();
  });

  afterEach(async () => {
    const { data } = await api.graphql('{ connectors { name } }', {}, ['engineer']);
    for (const { name } of data.connectors) {
      const { errors } = await api.graphql('mutation ($name: String!) { removeConnector(name: $name) }', { name }, ['engineer']);
      expect(errors).toBeUndefined();
    }
  });

  const make = async (name: string, config: Record<string, string>) => {
    const settings = Object.entries(config).map(([option, value]) => ({ name: option, value }));
    const { errors } = await api.graphql(
      'mutation ($name: String!, $config: [ConnectorSettingInput!]!) { addConnector(name: $name, config: $config) { name } }',
      { name, config: settings },
      ['engineer'],
    );
    expect(errors).toBeUndefined();
    await eventually(() => taskOf(name)).toBeDefined();
  };
  const taskOf = (name: string) => worker.crew.tasks.findLast(({ spec, state }) => spec.connector === name && state !== 'stopped');
  const progress = (name: string, is: Partial<TaskProgress>) => {
    const task = taskOf(name)!;
    task.progress = { ...task.progress, ...is };
  };
  const row = (page: Page, name: string) => page.getByRole('region', { name: 'Connectors', exact: true }).getByRole('row', { name });
  const cells = (page: Page, name: string) => row(page, name).getByRole('cell').allInnerTexts();
  const option = (page: Page, name: string) => page.locator('.option').filter({ has: page.locator(`.option-name[title="${name}"]`) });
  const SOC = { 'connector.class': 'elasticsearch', topics: 'sink.default.ecs.v1', urls: 'https://elastic.example.com:9200', apiKey: '${env:SECRET_TOKEN}' };

  const MARCH = Date.parse('2026-03-01T12:00:00Z');

  it('are made by the form, which says at each option what is wrong until it is mended', async () => {
    const page = await visits.enter('/');
    await pressSequence(page, 'g', 'c');
    await page.getByText('Nothing is handed on yet').waitFor();
    await page.getByRole('button', { name: 'Make the first' }).click();
    await page.getByRole('link', { name: 'Elasticsearch, OpenSearch' }).click();
    await page.getByLabel('Name of the connector').fill('soc-elastic');
    await page.getByText('to be filled in or mended').waitFor();
    expect(await page.getByText('It is required.').count()).toBe(0); // nobody has been there yet
    await option(page, 'urls').getByRole('textbox').fill('elastic');
    await option(page, 'apiKey').getByRole('textbox').fill('my-secret');
    await option(page, 'urls').locator('.field-error').waitFor();
    await option(page, 'apiKey').locator('.field-error').waitFor(); // a secret in the open
    await page.getByRole('button', { name: 'Make', exact: true }).click();
    await page.getByRole('alert').getByText('The configuration has').waitFor();
    expect(taskOf('soc-elastic')).toBeUndefined();

    await option(page, 'urls').getByRole('textbox').fill(CLOSED);
    await option(page, 'apiKey').getByRole('textbox').fill('${env:SECRET_TOKEN}');
    await option(page, 'apiKey').getByText(REFUSAL).waitFor(); // the far side is asked once all else is well
    await option(page, 'urls').getByRole('textbox').fill('https://elastic.example.com:9200');
    await option(page, 'topics').getByRole('button', { name: 'sink.default.ocsf.v1' }).click();
    await option(page, 'start').getByRole('combobox').selectOption('earliest');
    await page.getByText('Nothing is wrong with it.').waitFor();
    await page.getByRole('button', { name: 'Make', exact: true }).click();
    await page.waitForURL('**/connectors/connector/soc-elastic');
    await eventually(() => taskOf('soc-elastic')?.spec.config).toMatchObject({
      topics: 'sink.default.ecs.v1,sink.default.ocsf.v1',
      urls: 'https://elastic.example.com:9200',
      apiKey: '${env:SECRET_TOKEN}',
      start: 'earliest',
    });
    await page.getByText('${env:SECRET_TOKEN}').waitFor();
  });

  it('are listed with what became of their records, and what a person has to see', async () => {
    await make('soc-elastic', SOC);
    await make('lake', SOC);
    await make('broken', SOC);
    progress('soc-elastic', { delivered: 48_210, present: 3, rejected: 12, lag: 84, owed: 0, duplicates: 2, lastProgressAt: MARCH });
    progress('lake', {
      owed: 7,
      lag: 91,
      lastError: { at: MARCH + 1_000, message: 'The far side is busy (503).' },
      lastProgressAt: MARCH,
      oldestOwedAt: MARCH,
    });
    taskOf('broken')!.fail(new Error('The index is not there.'));
    const page = await visits.enter('/connectors');
    await eventually(() => cells(page, 'broken')).toContain('Failed');
    expect((await cells(page, 'broken')).at(-1)).toContain('The index is not there.');
    await eventually(async () => cells(page, 'soc-elastic')).toEqual([
      'Running',
      '',
      'Elasticsearch, OpenSearch',
      '84',
      '48,210',
      '12',
      '0',
      'none',
      '2',
      'none',
    ]);
    const lake = await cells(page, 'lake');
    expect(lake).toContain('Held up');
    expect(lake[7]).toMatch(/^\d+ d old$/);
    expect(lake[9]).toMatch(/^\d+ d ago: The far side is busy/);
    await page.getByRole('link', { name: 'broken' }).click();
    await page.locator('pre[aria-label="Trace of task 0"]').getByText('The index is not there.').waitFor();
    await page.getByText('connect.dead-letters.v1', { exact: true }).waitFor();
  });

  it('pause, go on, stop and begin anew, and take a pause back', async () => {
    await make('siem', SOC);
    const page = await visits.enter('/connectors');
    await page.getByRole('button', { name: 'Pause siem' }).click();
    await eventually(() => cells(page, 'siem')).toContain('Paused');
    await eventually(() => taskOf('siem')?.state).toBe('paused');
    await page.locator('.deeds').getByRole('button', { name: 'Undo' }).click();
    await eventually(() => cells(page, 'siem')).toContain('Running');
    expect(taskOf('siem')?.state).toBe('running');
    await page.getByRole('link', { name: 'siem', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await eventually(() => taskOf('siem')).toBeUndefined();
    await page.getByText('None: a connector that is stopped has no tasks.').waitFor();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await eventually(() => taskOf('siem')?.state).toBe('running');
    const before = taskOf('siem');
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await eventually(() => taskOf('siem') !== undefined && taskOf('siem') !== before).toBe(true);
  });

  it('are changed with their options as they are, and removed when their name is typed', async () => {
    await make('siem', { ...SOC, 'errors.deadletterqueue.topic.name': '' });
    const page = await visits.enter('/connectors/connector/siem/edit');
    const urls = option(page, 'urls').getByRole('textbox');
    await eventually(() => urls.inputValue()).toBe('https://elastic.example.com:9200');
    await option(page, 'errors.deadletterqueue.topic.name').getByText('Given as empty').waitFor();
    await page
      .locator('details')
      .filter({ has: page.locator('[title="maxBatchRecords"]') })
      .locator('summary')
      .click(); // seldom changed
    await option(page, 'maxBatchRecords').getByRole('textbox').fill('250');
    await page.getByText('Nothing is wrong with it.').waitFor();
    await page.getByRole('button', { name: 'Change' }).click();
    await page.waitForURL('**/connectors/connector/siem');
    await eventually(() => taskOf('siem')?.spec.config).toMatchObject({ ...SOC, maxBatchRecords: '250', 'errors.deadletterqueue.topic.name': '' });
    await page.getByText('Left out and counted').waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove siem' });
    const button = dialog.getByRole('button', { name: 'Remove siem' });
    expect(await button.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('siem');
    await button.click();
    await page.getByText('Nothing is handed on yet').waitFor();
    await eventually(() => taskOf('siem')).toBeUndefined();
  });

  it('offer who may only look nothing to change', async () => {
    await make('siem', SOC);
    const page = await visits.visit();
    await page.goto('/login?next=/connectors');
    await page.getByLabel('Name').fill('ana');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await row(page, 'siem').waitFor();
    expect(await page.getByRole('button', { name: /siem|Make/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'siem', exact: true }).click();
    await page.getByRole('region', { name: 'Tasks' }).waitFor();
    expect(await page.getByRole('button', { name: /Pause|Stop|Restart|Edit|Remove/ }).count()).toBe(0);
    await page.goto('/connectors/new?plugin=elasticsearch');
    await page.getByText('Your role may not make connectors').waitFor();
  });

  it('take what a subscription asks for, which is made, counted, changed and ended', async () => {
    const page = await visits.enter('/connectors');
    await page.getByRole('link', { name: 'Subscriptions' }).click();
    await page.getByText('Nothing is asked for beyond the configuration').waitFor();
    await page.getByRole('button', { name: 'Subscribe' }).last().click();
    await page.getByLabel('Name:').fill('soc');
    await page.getByRole('button', { name: 'OCSF' }).click();
    await page.getByLabel('Search, in').fill('no.such.field:1');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByRole('alert').getByText('no.such.field').waitFor();
    await page.getByLabel('Search, in').fill('host.name:web*');
    await page.getByRole('button', { name: 'Count', exact: true }).click();
    await page.getByRole('status', { name: 'Of the last day' }).getByText('Alerts').waitFor();
    await page.getByLabel('From which severity on').selectOption('high');
    await page.getByText('Not counted since it was changed.').waitFor();
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('revision 1').waitFor();
    await page.getByLabel('What it is for').fill('The SOC');
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByText('revision 2').waitFor();
    await page.getByRole('link', { name: 'Subscriptions' }).click();
    await page.getByText('findings and alerts, high and above, host.name:web*').waitFor();

    await page.goto('/connectors/new?plugin=elasticsearch');
    await option(page, 'subscription').getByRole('combobox').selectOption('soc');
    await option(page, 'subscription').getByText('is on sink.default.ocsf.v1').waitFor();
    await make('siem', { ...SOC, subscription: 'soc' });
    await page.goto('/connectors/subscriptions');
    await page.getByRole('link', { name: 'soc' }).click();
    await page.getByRole('button', { name: 'End' }).click();
    await page.getByText('siem asks for it and will get nothing more.').waitFor();
    await page.getByRole('button', { name: 'End soc' }).click();
    await page.getByText('Nothing is asked for beyond the configuration').waitFor();
  });

  it('say so when the worker does not answer, and keep what is known', async () => {
    await make('siem', SOC);
    const page = await visits.enter('/connectors');
    await row(page, 'siem').waitFor();
    isAway = true;
    await page.locator('.stale').waitFor();
    await row(page, 'siem').waitFor();
    await page.reload();
    await page.getByText('The worker of connectors does not answer').waitFor();
    isAway = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, 'siem').waitFor();
  });

  const PAGES: readonly (readonly [name: string, path: string, ready: (page: Page) => Promise<unknown>])[] = [
    ['connectors', '/connectors', (page) => row(page, 'soc-elastic').waitFor()],
    ['connector', '/connectors/connector/soc-elastic', (page) => page.getByRole('region', { name: 'Tasks' }).waitFor()],
    ['connector-kinds', '/connectors/new', (page) => page.getByRole('link', { name: 'Splunk' }).waitFor()],
    [
      'connector-form',
      '/connectors/new?plugin=elasticsearch',
      async (page) => {
        await option(page, 'urls').getByRole('textbox').fill('elastic');
        await option(page, 'urls').locator('.field-error').waitFor();
      },
    ],
    ['subscription', '/connectors/subscriptions/new', (page) => page.getByLabel('Name:').waitFor()],
    ['connector-remove', '/connectors/connector/soc-elastic?ask=remove', (page) => page.getByRole('dialog', { name: 'Remove soc-elastic' }).waitFor()],
  ];
  const makeBusy = async () => {
    await make('soc-elastic', { ...SOC, 'tasks.max': '2' });
    const now = Date.now();
    progress('soc-elastic', {
      delivered: 48_210,
      present: 3,
      rejected: 12,
      owed: 61,
      owedBytes: 91_204,
      duplicates: 2,
      lastProgressAt: now,
      oldestOwedAt: now,
    });
  };

  it.each(PAGES)('look right in both themes: %s', async (name, path, ready) => {
    await makeBusy();
    const page = await visits.goOn(path);
    await ready(page);
    await looksRightInBothThemes(page, `${name}-1440`);
  });

  it.each(PAGES)('fit a phone of 390 px: %s', async (name, path, ready) => {
    await makeBusy();
    const page = await visits.goOn(path, PHONE);
    await ready(page);
    await fitsThePhone(page, name);
  });
});
