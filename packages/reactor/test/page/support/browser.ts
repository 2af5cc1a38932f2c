import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { PageServer } from './page-server.js';

const WAIT_MS = 20_000;

/** The live page in a browser, before a server of its own. */
export interface Opened {
  readonly server: PageServer;
  readonly page: Page;
  /** What the browser complained about: errors of scripts, breaches of the policy, failed requests. */
  readonly complaints: string[];
}

let browser: Browser | undefined;

/** Chromium as the system has it. Its sandbox cannot be had as root, as which containers run. */
export async function startBrowser(): Promise<void> {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
}

export async function stopBrowser(): Promise<void> {
  await browser?.close();
}

/** Opens the page, `prepare` having been applied to what it will meet, and ends both with the test. */
export async function open(
  t: { teardown(end: () => Promise<void>): void },
  prepare: (server: PageServer, page: Page) => unknown = () => undefined,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  if (browser === undefined) throw new Error('startBrowser() comes first');
  const server = new PageServer();
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  t.teardown(async () => {
    await context.close();
    await server.close();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => (message.type() === 'error' ? complaints.push(message.text()) : undefined));
  await server.listen();
  await prepare(server, page);
  await page.goto(server.url);
  return { server, page, complaints };
}

/** Waits until the element that `selector` finds has this text in it. */
export async function shows(page: Page, selector: string, text: string | RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).first().waitFor();
}

/** How many pixels of each chart are coloured: axes and grid are grey, so these are its lines. */
export async function ink(page: Page): Promise<number[]> {
  return page.evaluate<number[]>(`[...document.querySelectorAll('canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) coloured += 1;
    }
    return coloured;
  })`);
}

/** How many pixels of the first chart have exactly this colour. */
export async function inkOf(page: Page, colour: string): Promise<number> {
  const bytes = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return page.evaluate<number>(`(([red, green, blue]) => {
    const canvas = document.querySelector('canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) found += 1;
    return found;
  })(${JSON.stringify(bytes)})`);
}

/** Waits until `condition` holds, looking again each time the page has drawn. */
export async function until(page: Page, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + WAIT_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`has not come true within ${WAIT_MS} ms: ${condition.toString()}`);
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}
