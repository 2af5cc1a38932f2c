import t from 'tap';
import { skipWithout } from '../support/required-tool.js';
import { ink, inkOf, open, shows, startBrowser, stopBrowser, until } from './support/browser.js';
import { connections } from './support/numbers.js';

const skip = skipWithout('chromium');
if (skip === false) await startBrowser();
t.teardown(stopBrowser);

t.test('every chart has lines, and they move', { skip }, async (t) => {
  const { page, complaints } = await open(t, (server) => (server.connections = connections(437)));
  await shows(page, 'figure[aria-label="Connections"] .legend li', /open\s*437/);
  await shows(page, 'figure:has-text("Throughput") .legend li', /read\s*\d[\d.]* MB\/s/);
  await shows(page, 'figure:has-text("Loop latency") .legend li', /turn p50\s*\d[\d.]* µs/);
  await shows(page, 'figure:has-text("by stage") .legend li', /waiting.*\s*54 %/);
  await until(page, async () => (await ink(page)).every((pixels) => pixels > 20));
  const drawn = await ink(page);
  t.equal(drawn.length, 6);
  await until(page, async () => (await ink(page)).every((pixels, index) => pixels > (drawn[index] as number)));
  t.same(complaints, []);
});

t.test('the policy under which the page runs is in force, and the page does not need more', { skip }, async (t) => {
  const { page, complaints } = await open(t);
  await shows(page, '#state', 'Live');
  t.same(complaints, []);
  await page.evaluate('document.body.append(Object.assign(document.createElement("script"), { textContent: "1" }))');
  await until(page, () => complaints.some((text) => text.includes('Content Security Policy')));
});

t.test('a server that does nothing has charts without lines of rates, and says that there is nothing', { skip }, async (t) => {
  const { page, complaints } = await open(t, (server) => (server.load = 0));
  await shows(page, '#list-summary', 'No connections');
  await shows(page, '.counts', 'None since the start.');
  await shows(page, 'figure:has-text("Loop latency") .legend li', /turn p99\s*–/);
  await shows(page, 'figure:has-text("Errors") .legend li', /timeouts\s*0\/s/);
  t.same(complaints, []);
});

t.test('the values of an earlier time can be read with the keyboard', { skip }, async (t) => {
  const { page, server } = await open(t, (server) => (server.connections = connections(5)));
  await until(page, () => server.polls > 3);
  const plot = page.getByRole('slider', { name: 'Connections: time to read' });
  await plot.press('ArrowLeft');
  await until(page, async () => Number(await plot.getAttribute('aria-valuenow')) < 0);
  t.match(await plot.getAttribute('aria-valuetext'), /^\d\d:\d\d:\d\d: open 5, congested 3/);
  t.match(await page.locator('figure[aria-label="Connections"] .time').textContent(), /^\d\d:\d\d:\d\d$/);
  await plot.press('Escape');
  await until(page, async () => (await plot.getAttribute('aria-valuenow')) === '0');
});

t.test('nothing is asked while nobody looks at the page, and at once when somebody does again', { skip }, async (t) => {
  const { page, server } = await open(t, (_, page) => page.clock.install());
  const look = (hidden: boolean) => page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} });
    document.dispatchEvent(new Event('visibilitychange'))`);
  await shows(page, '#state', 'Live');
  await look(true);
  await page.clock.runFor(1000);
  const { polls } = server;
  await page.clock.runFor(20_000);
  t.equal(server.polls, polls);
  await look(false);
  await until(page, () => server.polls > polls);
});

t.test('wide or narrow, light or dark, nothing stands out to the side, and the lines have the colours of the day', { skip }, async (t) => {
  const { page, complaints } = await open(t, (server) => (server.connections = connections(30)), { colorScheme: 'light' });
  await shows(page, '#list-summary', 'All 30');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    t.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), colorScheme === 'dark' ? 'rgb(16, 19, 22)' : 'rgb(255, 255, 255)');
    await until(page, async () => (await inkOf(page, colorScheme === 'dark' ? '#56b4e9' : '#0072b2')) > 0);
    for (const width of [320, 768, 1290, 1310]) {
      await page.setViewportSize({ width, height: 700 });
      await until(page, async () => (await ink(page)).every((pixels) => pixels > 0));
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      t.equal(await page.locator('#rows tr').first().getByRole('button').isVisible(), true);
    }
  }
  t.same(complaints, []);
});
