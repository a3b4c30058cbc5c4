import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { chromiumPath, eventually, openStage, picture, type Stage } from './browser.ts';

describe.skipIf(chromiumPath === undefined)('rules', { timeout: 120_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  const ruleCalled = (title: string) => {
    const found = stage.standIn.world.rules.rules.find((rule) => rule.title === title);
    if (found === undefined) throw new Error(`no rule ${title}`);
    return found;
  };
  const editor = (page: Page) => page.getByRole('textbox', { name: 'Text of the rule, YAML' });
  const status = (page: Page, text: string | RegExp) => page.locator('.deeds').getByText(text);
  /** In the place of the first text that is `from`. */
  const rewrite = async (page: Page, from: string, to: string) => {
    await editor(page).focus();
    const box = page.locator('.cm-line', { hasText: from }).first();
    await box.click();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+End');
    await page.keyboard.insertText(to);
  };

  describe('in the list', () => {
    it('are found, filtered and opened by keys; the address says what is shown, and few of many rows are in the page', async () => {
      const page = await stage.enter('/rules');
      await page.getByRole('link', { name: 'Copy of SAM with Esentutl' }).waitFor();
      expect(await page.locator('.rows-item').count()).toBeLessThan(60);
      await page.keyboard.press('/');
      await page.keyboard.type('unusual program 0');
      await page.keyboard.press('Enter');
      await page.waitForURL(/q=unusual/);
      await page.getByRole('button', { name: /^Level/ }).click();
      await page.getByRole('menuitemradio', { name: 'Critical only' }).click();
      await page.waitForURL(/min=critical/);
      await eventually(() => page.locator('.rows-item').first().innerText()).toMatch(/Critical[\s\S]*Unusual Program 005/);
      await page.reload();
      await page.getByRole('link', { name: 'Unusual Program 005 Started' }).waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/rules\/rule\//);
      await page.goBack();
      await page.waitForURL(/q=unusual/);
    });

    it('load further pages as the reader comes to them', async () => {
      const page = await stage.enter('/rules');
      await page.getByRole('table', { name: 'Rules' }).waitFor();
      const rows = () => page.getByRole('table', { name: 'Rules' }).getAttribute('aria-rowcount').then(Number);
      await eventually(rows).toBe(100);
      await page.getByRole('table', { name: 'Rules' }).evaluate((table) => table.scrollTo({ top: 1e6 }));
      await eventually(rows).toBeGreaterThan(100);
    });

    it('say what they found against the day before, that one is a shadow and why, and which documents do not run', async () => {
      const page = await stage.enter('/rules?q=whoami');
      const row = page.getByRole('row').filter({ hasText: 'Whoami Run by SYSTEM' });
      await row.waitFor();
      expect(await row.getByText('Shadow').locator('..').getAttribute('title')).toContain('500 findings');
      await page.getByText('1 document in files does not run').click();
      expect(await page.getByRole('region', { name: 'Refused documents' }).innerText()).toMatch(/bad\.yml[\s\S]*14[\s\S]*selection2/);
      await page.goto('/rules?q=esentutl');
      const found = page.getByRole('row').filter({ hasText: 'Copy of SAM with Esentutl' });
      await found.waitFor();
      expect(await found.innerText()).toMatch(/Production[\s\S]*%[\s\S]*70 % true[\s\S]*Marisol Okafor/);
    });
  });

  describe('in the editor', () => {
    it('say what is wrong under its line while it is written, and cannot be saved so', async () => {
      const { id } = ruleCalled('Copy of SAM with Esentutl');
      const page = await stage.enter(`/rules/rule/${id}`);
      await page.getByText('Nothing is wrong with it').waitFor();
      expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
      await rewrite(page, 'Image|endswith', "Image|nearly: 'x'");
      const problem = page.getByRole('list', { name: 'Problems' }).getByRole('button');
      await problem.waitFor();
      expect(await problem.innerText()).toMatch(/Line 11[\s\S]*unknown modifier/);
      await page.locator('.cm-lintRange-error').waitFor();
      await eventually(() => page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
      await rewrite(page, 'Image|nearly', "Imagee: 'x'");
      await page.locator('.cm-lintRange-warning').waitFor();
      await eventually(() => page.getByRole('button', { name: 'Save' }).isEnabled()).toBe(true);
      await picture(page, 'rule-warning-1440');
      await page.reload();
      await page.getByText('changed, not saved').waitFor();
      expect(await editor(page).innerText()).toContain('Imagee');
      await page.getByRole('button', { name: 'Discard' }).click();
      await eventually(() => editor(page).innerText()).toContain('Image|endswith');
    });

    it('become another version, with its set and when it runs, and come back by undo', async () => {
      const rule = ruleCalled('Copy of SAM with Esentutl');
      const before = rule.text;
      const page = await stage.enter(`/rules/rule/${rule.id}`);
      await page.getByText('Nothing is wrong with it').waitFor();
      await rewrite(page, 'level:', 'level: medium');
      await page.keyboard.press('Control+s');
      await status(page, /Saved as version 4: set 13, in force from \d\d:\d\d:\d\d/).waitFor();
      expect(rule.text).toContain('level: medium');
      await page.locator('.deeds').getByRole('button', { name: 'Undo' }).click();
      await status(page, /Taken back: set 14/).waitFor();
      expect(rule.text).toBe(before);
      await page.getByRole('button', { name: 'Versions' }).click();
      await page.waitForURL(/part=versions/);
      const versions = page.getByRole('list', { name: 'Versions' });
      await eventually(() => versions.getByRole('button').count()).toBe(5);
      await versions.getByRole('button', { name: /^4/ }).click();
      await page.waitForURL(/version=4/);
      const changed = page.getByRole('region', { name: 'Changed lines' });
      expect(await changed.locator('.rule-diff-gone').innerText()).toContain('level: critical');
      expect(await changed.locator('.rule-diff-new').innerText()).toContain('level: medium');
      await picture(page, 'rule-versions-1440');
    });

    it('are not saved over what somebody else saved meanwhile', async () => {
      const rule = ruleCalled('Shadow Copies Deleted');
      const page = await stage.enter(`/rules/rule/${rule.id}`);
      await page.getByText('Nothing is wrong with it').waitFor();
      await rewrite(page, 'level:', 'level: critical');
      stage.standIn.world.rules.change(rule.id, { text: rule.text.replace('Marisol', 'Ines') });
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alert').getByText('Somebody has changed the rule meanwhile').waitFor();
      expect(rule.text).toContain('Ines');
      await page.getByRole('button', { name: 'Discard' }).click();
    });

    it('are tried on recent events, and explained on one of them part by part', async () => {
      const { id } = ruleCalled('Copy of SAM with Esentutl');
      const page = await stage.enter(`/rules/rule/${id}`);
      await page.getByText('Nothing is wrong with it').waitFor();
      await page.keyboard.press('t');
      await page.getByRole('button', { name: 'Try', exact: true }).last().click();
      const outcome = page.getByRole('status', { name: 'What it would have met' });
      await outcome.waitFor();
      expect(await outcome.innerText()).toMatch(/3 of 1,280 events of its log source since[\s\S]*about 72 a day/);
      await picture(page, 'rule-trial-1440');
      await outcome.getByRole('button', { name: 'Explain' }).first().click();
      const parts = page.getByRole('list', { name: 'Part by part' });
      await parts.waitFor();
      await page.getByText('The event does not meet the rule.').waitFor();
      expect(await parts.innerText()).toMatch(/CommandLine\|contains\|all[\s\S]*wants[\s\S]*\/vss[\s\S]*has[\s\S]*no such field/);
      await picture(page, 'rule-explained-1440');
      const { href } = new URL(page.url());
      await page.goto(href);
      await page.getByText('The event does not meet the rule.').waitFor();
    });

    it('change their state after saying what that means, and back', async () => {
      const rule = ruleCalled('LSASS Opened by an Unusual Program');
      const page = await stage.enter(`/rules/rule/${rule.id}`);
      await page.getByText('This rule comes with the installation').waitFor();
      expect(await editor(page).getAttribute('contenteditable')).toBe('false');
      await page.getByRole('button', { name: 'State' }).waitFor(); // the key is there once it is known who asks
      await page.keyboard.press('s');
      const dialog = page.getByRole('dialog', { name: /^State of/ });
      await dialog.getByText('It runs as a shadow').waitFor();
      await dialog.getByRole('button', { name: /^Draft/ }).click();
      await status(page, /Draft, version 4: set/).waitFor();
      expect(rule.state).toBe('draft');
      await page.locator('.page-head').getByText('Draft').waitFor();
      await page.locator('.deeds').getByRole('button', { name: 'Undo' }).click();
      await eventually(() => rule.state).toBe('production');
    });

    it('are written anew, as drafts; a rule of files is copied without its id', async () => {
      const { id } = ruleCalled('LSASS Opened by an Unusual Program');
      const page = await stage.enter(`/rules/rule/${id}`);
      await page.getByRole('button', { name: 'Copy to a new rule' }).click();
      await page.waitForURL(/\/rules\/new\?from=/);
      await page.getByText('Nothing is wrong with it').waitFor();
      expect(await editor(page).innerText()).not.toContain('id: 0000');
      await rewrite(page, 'title:', 'title: A copy of mine');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForURL(/\/rules\/rule\//);
      await status(page, /Added as a draft: set/).waitFor();
      expect(ruleCalled('A copy of mine').state).toBe('draft');
      await page.keyboard.press('Escape');
    });
  });

  it('say of ATT&CK what they cover, in the matrix, its table and a layer of the Navigator', async () => {
    const page = await stage.enter('/rules/coverage');
    const matrix = page.getByRole('region', { name: 'Tactics and techniques' });
    const cell = matrix.getByRole('region', { name: 'Credential access' }).getByRole('button', { name: /^T1003/ });
    await cell.waitFor();
    expect(await matrix.getByRole('region').count()).toBe(14);
    await picture(page, 'coverage-matrix-1440');
    await cell.click();
    await page.waitForURL(/open=T1003/);
    const rules = page.getByRole('region', { name: 'Rules of T1003' });
    await rules.getByRole('link', { name: 'LSASS Opened by an Unusual Program' }).or(rules.getByRole('link').first()).first().waitFor();
    expect(
      await page
        .getByRole('region', { name: 'Techniques' })
        .getByRole('row', { name: /^T1003 / })
        .innerText(),
    ).toContain('T1003.001, T1003.002');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Navigator layer' }).click()]);
    const layer = JSON.parse(readFileSync(await download.path(), 'utf8'));
    expect([layer.versions.layer, layer.techniques.length, download.suggestedFilename()]).toEqual([
      '4.5',
      12,
      expect.stringMatching(/^goshawk-coverage-.*\.json$/),
    ]);
    await page.getByRole('link', { name: 'Show as a list' }).click();
    await page.waitForURL(/\/rules\?technique=T1003/);
    await page.getByRole('button', { name: 'Technique T1003' }).waitFor();
  });

  it('get an exception from an alert by e, with its effect first; it ends by hand, and that can be taken back', async () => {
    const { alerts, rules } = stage.standIn.world;
    const page = await stage.enter(`/alerts/${alerts[0]?.id}`);
    await page.getByRole('region', { name: 'Rules' }).waitFor();
    await page.getByRole('button', { name: 'Exception' }).waitFor(); // who may press it is known by then
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: /^Exception for/ });
    const effect = dialog.getByRole('status', { name: 'Effect on the last seven days' });
    await effect.getByText('14 findings').waitFor();
    await dialog.getByRole('checkbox', { name: /^User/ }).check();
    await effect.getByText('1 finding', { exact: true }).waitFor();
    await dialog.getByRole('checkbox', { name: /^CommandLine/ }).uncheck();
    await effect.getByText('14 findings').waitFor();
    expect(await dialog.getByRole('button', { name: 'Save the exception' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('Backups of the night');
    await picture(page, 'exception-1440');
    await dialog.getByRole('button', { name: 'Save the exception' }).click();
    await status(page, 'Exception saved').waitFor();
    expect(rules.exceptions[0]).toMatchObject({
      conditions: { Image: String.raw`C:\Windows\System32\esentutl.exe`, User: String.raw`THESHIRE\svc_backup` },
      ruleIds: alerts[0]?.rules.map(({ id }) => id),
      owner: 'admin',
      reason: 'Backups of the night',
    });

    await page.goto('/rules/exceptions');
    const row = page.getByRole('region', { name: 'Exceptions' }).getByRole('row').filter({ hasText: 'Backups of the night' });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/User: THESHIRE[\s\S]*in (29|30) days/);
    await row.getByRole('button', { name: 'End' }).click();
    await row.waitFor({ state: 'detached' });
    await page.locator('.deeds').getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
    expect(rules.exceptions[0]?.isActive).toBe(true);
    await row.getByRole('button', { name: 'End' }).click();
    await row.waitFor({ state: 'detached' });
    await page.evaluate(() => window.dispatchEvent(new Event('pagehide'))); // the ten seconds are over when the page goes
    await eventually(() => rules.exceptions[0]?.isActive).toBe(false);
    await page.getByRole('button', { name: 'With ended' }).click();
    await row.waitFor();
    expect(await row.innerText()).toContain('by admin');
  });
});
