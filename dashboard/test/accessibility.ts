// What everybody must be able to read and use, of any page: WCAG AA in both themes and on a phone.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { picture, type Look } from './browser.ts';

export const PHONE: Look = { width: 390, height: 844, isTouch: true };

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
/** Those of TAGS that depend on the theme: it turns colours and nothing else. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** What is wrong on the page as it is now, a line a rule. */
export async function violationsOf(page: Page, rules: 'all' | 'colours' = 'all'): Promise<readonly string[]> {
  // The other mode sums up in a tab of its own, for frames of other origins; here are none, and it takes twice as long.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
  const { violations } = await (rules === 'all' ? axe.withTags(TAGS) : axe.withRules(COLOURS)).analyze();
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary?.replaceAll('\n', ' ') ?? ''}`)
        .slice(0, 3)
        .join(' | ')}`,
  );
}

/** In the dark, then, as the system turns light under it, again. With a name, leaves a picture of each. */
export async function looksRightInBothThemes(page: Page, name?: string): Promise<void> {
  for (const [theme, rules] of [
    ['dark', 'all'],
    ['light', 'colours'],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.locator(`html[data-theme=${theme}]`).waitFor({ state: 'attached' });
    expect(await violationsOf(page, rules), theme).toEqual([]);
    if (name !== undefined) await picture(page, `${name}-${theme}`);
  }
}

/** Nothing of it is wider than the screen. Leaves a picture. */
export async function fitsThePhone(page: Page, name: string): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  expect(await violationsOf(page), '390').toEqual([]);
  await picture(page, `${name}-390`);
}
