import type { Page } from 'playwright-core';
import t from 'tap';
import { skipWithout } from '../support/required-tool.js';
import { open, shows, startBrowser, stopBrowser, until } from './support/browser.js';
import { connection, connections } from './support/numbers.js';

const skip = skipWithout('chromium');
if (skip === false) await startBrowser();
t.teardown(stopBrowser);

const ids = async (page: Page) => page.locator('#rows .of-id').allTextContents();
const row = (page: Page, id: number) => page.locator('#rows tr').filter({ has: page.locator(`.of-id:text-is("${id}")`) });

t.test('a hundred of all connections are shown, and the search asks the server for others', { skip }, async (t) => {
  const { page, server, complaints } = await open(t, (server) => (server.connections = connections(437)));
  await shows(page, '#list-summary', 'First 100 of 437');
  t.equal(await page.locator('#rows tr').count(), 100);
  await page.getByLabel('Search the connections').pressSequentially('40433');
  await shows(page, '#list-summary', '1 matching, of 437');
  t.same(await ids(page), ['433']);
  t.equal(server.queries.at(-1)?.get('q'), '40433');
  await page.getByLabel('Search the connections').fill('nobody');
  await shows(page, '#list-summary', 'None of 437 matches');
  t.same(complaints, []);
});

t.test('a header sorts, by mouse and by keyboard, and says so', { skip }, async (t) => {
  const { page, server } = await open(t, (server) => (server.connections = connections(437)));
  await shows(page, '#list-summary', 'First 100');
  const header = page.getByRole('columnheader', { name: 'Read' });
  await header.getByRole('button').click();
  await until(page, async () => (await ids(page))[0] === '437');
  t.equal(await header.getAttribute('aria-sort'), 'descending');
  await header.getByRole('button').press('Enter');
  await until(page, async () => (await ids(page))[0] === '1');
  t.equal(await header.getAttribute('aria-sort'), 'ascending');
  t.same([server.queries.at(-1)?.get('sort'), server.queries.at(-1)?.get('order')], ['bytesRead', 'asc']);
});

t.test('a connection is closed by pressing twice, and not by a double click', { skip }, async (t) => {
  const { page, server, complaints } = await open(t, (server) => (server.connections = connections(9)));
  await row(page, 4).getByRole('button').dblclick();
  await shows(page, '.close.armed', 'Sure?');
  t.same(server.closes, []);
  await row(page, 4).getByRole('button').press('Enter');
  await shows(page, '#list-note', 'Closed 10.0.4.4:40004, id 4.');
  t.same(server.closes, [4]);
  await page.mouse.move(0, 0);
  await until(page, async () => (await row(page, 4).count()) === 0);
  t.equal(await page.locator('#rows tr').count(), 8);
  t.same(complaints, []);
});

t.test('a button that is armed is disarmed by Escape, and by going elsewhere', { skip }, async (t) => {
  const { page, server } = await open(t, (server) => (server.connections = connections(3)));
  const button = row(page, 2).getByRole('button');
  await button.press('Enter');
  await shows(page, '.close.armed', 'Sure?');
  await button.press('Escape');
  t.equal(await button.textContent(), 'Close');
  await button.press('Enter');
  await button.press('Tab');
  t.equal(await button.textContent(), 'Close');
  t.same(server.closes, []);
});

t.test('a connection that has ended before it could be closed is said to', { skip }, async (t) => {
  const { page } = await open(t, (server) => {
    server.connections = connections(3);
    server.ended.add(2);
  });
  await row(page, 2).getByRole('button').press('Enter');
  await row(page, 2).getByRole('button').press('Enter');
  await shows(page, '#list-note', 'id 2 had ended already');
  t.pass();
});

t.test('rows keep their places under the pointer: the button about to be pressed stays that of its connection', { skip }, async (t) => {
  const { page, server } = await open(t, (server) => (server.connections = connections(5)));
  await row(page, 3).hover();
  server.connections = [connection(0), connection(3), connection(4), connection(5)];
  await shows(page, '#list-summary', 'All 4');
  t.same(await ids(page), ['1', '2', '3', '4', '5']);
  t.equal(await row(page, 1).getByRole('button').isDisabled(), true);
  await page.mouse.move(0, 0);
  await until(page, async () => (await ids(page)).join() === '0,3,4,5');
});

const HOSTILE = ['<img src=x onerror="document.title=1">', '\u202Egnp.exe', `${'W'.repeat(10_000)}`, '</td></tr></table><script>document.title=1</script>'];

t.test('whatever peers call themselves is text, and stays in its place', { skip }, async (t) => {
  const hostile = HOSTILE.map((peer, index) => connection(index + 1, { peer, plugin: peer, state: peer, local: peer, armed: [peer] }));
  const { page, complaints } = await open(t, (server) => {
    server.connections = hostile;
    server.name = HOSTILE.join('');
  });
  await shows(page, '#list-summary', 'All 4');
  t.same((await page.locator('#rows .of-peer').allTextContents()).map((text) => text.slice(2, 22)), [
    '<img src=x onerror="', '\\u{202e}gnp.exe', 'W'.repeat(20), '</td></tr></table><s',
  ]);
  t.equal(await page.locator('#connections img, #connections script, h1 img').count(), 0);
  for (const width of [320, 1400]) {
    await page.setViewportSize({ width, height: 700 });
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
    t.ok(Number((await page.locator('#rows tr').first().boundingBox())?.height) < 400, 'no row grows with its text');
    t.ok(Number((await page.locator('header').boundingBox())?.height) < 350, 'nor does the head');
  }
  t.same(complaints, []);
});
