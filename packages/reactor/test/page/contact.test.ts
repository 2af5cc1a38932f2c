import t from 'tap';
import { skipWithout } from '../support/required-tool.js';
import { open, shows, startBrowser, stopBrowser } from './support/browser.js';
import { connections } from './support/numbers.js';

const skip = skipWithout('chromium');
if (skip === false) await startBrowser();
t.teardown(stopBrowser);

t.test('a server that no longer answers is said to, with since when, and found again when it is back', { skip }, async (t) => {
  const { page, server, complaints } = await open(t, (server) => (server.connections = connections(3)));
  await shows(page, '#state', 'Live');
  await server.close();
  await shows(page, '#state', /No answer since \d\d:\d\d:\d\d, \d+ s ago; what you see is from then/);
  t.match(await page.title(), /^no answer/);
  t.equal(await page.locator('main.dimmed').count(), 1);
  t.equal(await page.locator('#rows tr').count(), 3, 'what was known stays in sight');
  const retry = page.getByRole('button', { name: 'Try now' });
  t.ok(await retry.isVisible());
  await server.listen();
  // The page, which tries again by itself, may take the button away before a pointer has reached it.
  await retry.dispatchEvent('click');
  await shows(page, '#state', 'Live');
  t.equal(await page.locator('main.dimmed').count(), 0);
  t.notMatch(await page.title(), /no answer/);
  t.same(complaints.filter((text) => !text.includes('ERR_CONNECTION_REFUSED') && !text.includes('ERR_EMPTY_RESPONSE')), []);
});

t.test('a server that comes back is found without anybody doing anything', { skip }, async (t) => {
  const { page, server } = await open(t);
  await shows(page, '#state', 'Live');
  await server.close();
  await shows(page, '#state', 'No answer');
  await server.listen();
  await shows(page, '#state', 'Live');
  t.equal(await page.locator('#retry').isVisible(), false);
});

t.test('a server that drains is said to, with how many connections are left', { skip }, async (t) => {
  const { page, server } = await open(t, (server) => (server.connections = connections(3)));
  await shows(page, '#state', 'Live');
  server.draining = true;
  await shows(page, '#state', /Draining\s+no new connections are accepted; 3 still open/);
  t.match(await page.title(), /^draining/);
});

t.test('an endpoint that wants a token is given the one that is typed, until the tab is closed', { skip }, async (t) => {
  const { page, complaints } = await open(t, (server) => (server.token = 'open sesame'));
  await shows(page, '#state', 'Token needed');
  const field = page.getByLabel('Token of the admin endpoint');
  await field.fill('open barley');
  await field.press('Enter');
  await shows(page, '#token-note', 'does not accept this token');
  await field.fill('open sesame');
  await field.press('Enter');
  await shows(page, '#state', 'Live');
  t.equal(await field.isVisible(), false);
  await page.reload();
  await shows(page, '#state', 'Live');
  t.same(complaints.filter((text) => !text.includes('401')), []);
});

t.test('a token with characters that no header can carry is refused like any other', { skip }, async (t) => {
  const { page } = await open(t, (server) => (server.token = 'x'));
  const field = page.getByLabel('Token of the admin endpoint');
  await field.fill('→');
  await field.press('Enter');
  await shows(page, '#token-note', 'does not accept this token');
  await field.fill('x');
  await field.press('Enter');
  await shows(page, '#state', 'Live');
});
