import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startReplica, type Replica } from '../../test/replica/Replica.ts';
import { anchorOf } from './Anchor.ts';
import { startIdentityServer, type IdentityServer } from './IdentityServer.ts';
import { startApplication, type Application } from './testing/Application.ts';

/** The page in a browser, asked by the published client; the canister on a localnet says who was signed in. */

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser) console.warn(`Skipped: expected a Chromium at ${CHROMIUM}; name one in CHROMIUM_PATH.`);

const SEED = 'sign-in test';
const ANONYMOUS = '2vxsx-fae';

interface App {
  signIn(maxTimeToLiveNs?: string): Promise<string>;
  signOut(): Promise<void>;
  whoami(): Promise<string>;
  isSignedIn(): Promise<boolean>;
  principal(): string;
  expirationMs(): number;
}
/** The page's own global, as the functions below see it inside the browser. */
declare const app: App;

describe.skipIf(!hasBrowser)('signing in with the development identity provider', () => {
  let net: Replica;
  let identity: IdentityServer;
  let application: Application;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let address: string;

  beforeAll(async () => {
    net = await startReplica();
    identity = await startIdentityServer({ seed: SEED });
    application = await startApplication();
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    const rootKey = Buffer.from(net.rootKey).toString('hex');
    address = `${application.url}?${new URLSearchParams({
      identity: identity.url,
      ic: net.url,
      canister: net.canisterId,
      rootKey,
    }).toString()}`;
  });
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    await identity?.close();
    await net?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await open();
  });
  afterEach(() => context.close());

  const open = async (): Promise<void> => {
    await page.goto(address);
    await page.waitForFunction(() => 'app' in globalThis);
  };
  /** Opens the provider as a person's click would, and gives its window and the outcome to come. */
  const ask = async (maxTimeToLiveNs?: string): Promise<{ popup: Page; outcome: Promise<string> }> => {
    const opened = context.waitForEvent('page');
    const outcome = page.evaluate((ttl) => app.signIn(ttl), maxTimeToLiveNs);
    const popup = await opened;
    await popup.getByRole('button', { name: /^Sign in as/ }).waitFor();
    return { popup, outcome };
  };

  it('makes the canister see the chosen anchor, in queries and updates', async () => {
    expect(await page.evaluate(() => app.whoami())).toBe(ANONYMOUS);
    const { popup, outcome } = await ask();
    expect(await popup.getByText(new URL(application.url).origin).count()).toBe(1);
    await closing(popup, () => popup.getByRole('button', { name: 'Sign in as 10000' }).click());
    expect(await outcome).toBe('signed in');
    const { principal } = anchorOf(SEED, 10_000);
    expect(await page.evaluate(() => app.principal())).toBe(principal);
    expect(await page.evaluate(() => app.whoami())).toBe(principal);
    await expect.poll(() => popup.isClosed()).toBe(true);
  });

  it('outlives a reload, and ends with signing out', async () => {
    const { popup, outcome } = await ask();
    await closing(popup, () => popup.getByRole('button', { name: /^Sign in/ }).click());
    await outcome;
    await open();
    expect(await page.evaluate(() => app.isSignedIn())).toBe(true);
    expect(await page.evaluate(() => app.whoami())).toBe(anchorOf(SEED, 10_000).principal);
    await page.evaluate(() => app.signOut());
    expect(await page.evaluate(() => app.whoami())).toBe(ANONYMOUS);
  });

  it('makes a new anchor, which is somebody else and is remembered', async () => {
    const { popup, outcome } = await ask();
    await popup.getByLabel('Another anchor').fill('4711000');
    await popup.getByRole('button', { name: 'Add' }).click();
    await closing(popup, () => popup.getByRole('button', { name: 'Sign in as 4711000' }).click());
    await outcome;
    expect(await page.evaluate(() => app.whoami())).toBe(anchorOf(SEED, 4_711_000).principal);
    const again = await ask();
    expect(await again.popup.getByRole('radio').count()).toBe(2);
    await again.popup.getByRole('radio', { name: /^10000/ }).check();
    await closing(again.popup, () => again.popup.getByRole('button', { name: 'Sign in as 10000' }).click());
    await again.outcome;
    expect(await page.evaluate(() => app.whoami())).toBe(anchorOf(SEED, 10_000).principal);
  });

  it('lasts as long as the application asked for, and not a second longer', async () => {
    const before = Date.now();
    const { popup, outcome } = await ask(String(6_000_000_000n));
    expect(await popup.getByText(/for 6 seconds/).count()).toBe(1);
    await closing(popup, () => popup.getByRole('button', { name: /^Sign in/ }).click());
    expect(await outcome).toBe('signed in');
    expect(await page.evaluate(() => app.whoami())).toBe(anchorOf(SEED, 10_000).principal);
    const expirationMs = await page.evaluate(() => app.expirationMs());
    expect(expirationMs).toBeGreaterThan(before);
    expect(expirationMs).toBeLessThanOrEqual(Date.now() + 6_000);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, expirationMs - Date.now()) + 1_500));
    expect(await page.evaluate(() => app.isSignedIn())).toBe(false);
    const refused = await page.evaluate(() => app.whoami().catch((error: unknown) => String(error)));
    expect(refused).toMatch(/delegation has expired|Invalid delegation expiry/i);
  });

  it.each([
    [
      'the button',
      (popup: Page) => closing(popup, () => popup.getByRole('button', { name: 'Cancel' }).click()),
    ],
    ['the Escape key', (popup: Page) => closing(popup, () => popup.keyboard.press('Escape'))],
    ['closing the window', (popup: Page) => popup.close()],
  ])('is refused to the application on cancelling with %s', async (_, cancel) => {
    const { popup, outcome } = await ask();
    await cancel(popup);
    expect(await outcome).toBe('refused: UserInterrupt');
    expect(await page.evaluate(() => app.isSignedIn())).toBe(false);
  });

  it('works with the keyboard alone', async () => {
    const { popup, outcome } = await ask();
    await popup.getByLabel('Another anchor').focus();
    await popup.keyboard.press('Control+A');
    await popup.keyboard.type('10001');
    await popup.keyboard.press('Enter');
    await popup.getByRole('button', { name: 'Sign in as 10001' }).waitFor();
    // The new anchor has the focus; up goes to the one before, Enter signs in.
    await popup.keyboard.press('ArrowUp');
    await popup.getByRole('button', { name: 'Sign in as 10000' }).waitFor();
    await closing(popup, () => popup.keyboard.press('Enter'));
    expect(await outcome).toBe('signed in');
    expect(await page.evaluate(() => app.principal())).toBe(anchorOf(SEED, 10_000).principal);
  });

  it('opened by itself shows the anchors and offers nothing to sign', async () => {
    await page.goto(identity.url);
    await page.getByRole('heading', { name: 'Development identities' }).waitFor();
    await page.getByText(anchorOf(SEED, 10_000).principal).waitFor();
    expect(await page.getByRole('button', { name: /Sign in/ }).count()).toBe(0);
  });
});

/** Does what makes the window close; it may be gone before the browser has said that it was done. */
async function closing(popup: Page, act: () => Promise<void>): Promise<void> {
  await act().catch((error: unknown) => {
    if (!popup.isClosed()) throw error;
  });
}
