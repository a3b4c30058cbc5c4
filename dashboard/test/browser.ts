// A real browser in front of the built dashboard and the stand-in, for tests that look at pages.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { ensureDashboard } from '../../local/dashboard.ts';
import { openReport } from '../../local/report.ts';
import { PASSWORD, startStandIn, type StandIn } from './stand-in.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const state = join(root, '.goshawk');
/** Where tests leave pictures of pages. */
export const screenshots = join(state, 'screenshots');

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
/** Undefined when this machine has none: tests are skipped then. CHROMIUM names another. */
export const chromiumPath = [process.env['CHROMIUM'], ...PLACES].find((path) => path !== undefined && path !== '' && existsSync(path));

// Chromium looks up and calls its maker's hosts at each start unless it is told not to.
const FLAGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export interface Stage extends Visits {
  readonly standIn: StandIn;
}
export interface Visits {
  /** A page of a new visitor, after the one before has gone. Errors on it fail `close`. */
  readonly visit: (look?: Look) => Promise<Page>;
  /** A visitor who has signed in and stands on `path`. */
  readonly enter: (path: string, look?: Look) => Promise<Page>;
  /** As `enter`, in the tab of the visit before when that had the same look: a third of the time, for tests that only look. */
  readonly goOn: (path: string, look?: Look) => Promise<Page>;
  readonly close: () => Promise<void>;
}
export interface Look {
  readonly theme?: 'dark' | 'light';
  readonly width?: number;
  readonly height?: number;
  readonly isTouch?: boolean;
  /** The visitor's time stands still until the test moves it with `page.clock`. */
  readonly isTimeHeld?: boolean;
}

export async function openStage(): Promise<Stage> {
  let standIn: StandIn | undefined;
  const visits = await openVisits(async (folder) => (standIn = await startStandIn({ folder })));
  return { ...visits, standIn: standIn! };
}

/** @param serve Given the folder of the built dashboard; whom it lets in is `admin` with the password of the stand-in. Closed with the visits. */
export async function openVisits(serve: (folder: string) => Promise<{ readonly url: string; readonly close: () => Promise<void> }>): Promise<Visits> {
  mkdirSync(state, { recursive: true });
  const folder = mkdtempSync(join(state, 'browser-'));
  const built = join(folder, 'dist');
  // Built for the first file that asks, and copied: others of the cache may replace it while the pages are open.
  cpSync(await ensureDashboard(openReport(process.stderr, false), AbortSignal.timeout(80_000)), built, { recursive: true });
  const served = await serve(built);
  const browser: Browser = await chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: process.getuid?.() === 0 ? ['--no-sandbox', ...FLAGS] : FLAGS,
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), XDG_CACHE_HOME: join(folder, 'cache') },
  });
  let context: BrowserContext | undefined;
  let signedIn: Awaited<ReturnType<BrowserContext['storageState']>> | undefined;
  let isStranger = true;
  /** Of the last who entered. */
  let tab: { readonly page: Page; readonly look: Look | undefined } | undefined;
  const faults: string[] = [];

  /** The cookie of a session is another one after each renewal: who comes back has the last. */
  const keepSession = async () => {
    if (signedIn === undefined || isStranger) return;
    const cookies = (await context?.cookies()) ?? [];
    if (cookies.length > 0) signedIn = { ...signedIn, cookies };
  };

  const visit = async ({ theme = 'dark', width = 1440, height = 900, isTouch = false, isTimeHeld = false }: Look = {}, isKnown = false) => {
    await keepSession();
    isStranger = !isKnown;
    await context?.close();
    context = await browser.newContext({
      baseURL: served.url,
      viewport: { width, height },
      colorScheme: theme,
      timezoneId: 'Europe/Berlin',
      locale: 'en-GB',
      hasTouch: isTouch,
      isMobile: isTouch,
      deviceScaleFactor: isTouch ? 2 : 1,
      permissions: ['clipboard-read', 'clipboard-write'],
      ...(isKnown && signedIn !== undefined ? { storageState: signedIn } : {}),
    });
    const page = await context.newPage();
    if (isTimeHeld) await page.clock.install();
    page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Warning:|unique "key"/.test(message.text())) faults.push(message.text());
    });
    return page;
  };
  const areas = (page: Page) => page.getByRole('navigation', { name: 'Areas' });
  const enter = async (path: string, look?: Look) => {
    const page = await visit(look, true);
    tab = { page, look };
    if (signedIn === undefined) {
      await page.goto(`/login?next=${encodeURIComponent(path)}`);
      await page.getByLabel('Name').fill('admin');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL((url) => url.pathname !== '/login');
      signedIn = await page.context().storageState();
    } else await page.goto(path);
    await areas(page).waitFor();
    return page;
  };
  return {
    visit,
    enter,
    goOn: async (path, look) => {
      if (tab === undefined || tab.page.isClosed() || !isDeepStrictEqual(tab.look, look)) return enter(path, look);
      await tab.page.emulateMedia({ colorScheme: look?.theme ?? 'dark' });
      await tab.page.goto(path);
      await areas(tab.page).waitFor();
      return tab.page;
    },
    close: async () => {
      await context?.close();
      await browser.close();
      await served.close();
      rmSync(folder, { recursive: true, force: true });
      if (faults.length > 0) throw new Error(`Pages had errors:\n${faults.join('\n')}`);
    },
  };
}

/** Asks again until it is so; a busy machine may take its time. */
export const eventually = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: 40_000 });

/** Keys that count together, sent at once: they must follow one another within a second, however busy the machine is. */
export const pressSequence = (page: Page, ...keys: readonly string[]) => Promise.all(keys.map((key) => page.keyboard.press(key)));

/** Leaves a picture of the page as it is now. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}
