import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Browser, type Page, chromium } from 'playwright-core';
import t from 'tap';
import { ConfiguredServer, LOOPS } from '../support/configured-server.js';
import { skipWithout } from '../support/required-tool.js';
import { connected, readBytes } from '../support/socket.js';

const CHROMIUM = 'chromium';
const WAIT_MS = 20_000;
const REQUEST = Buffer.alloc(10_000);

let browser: Browser | undefined;
const withoutChromium = skipWithout(CHROMIUM);
// Its sandbox cannot be had as root, as which containers run.
if (withoutChromium.skip === undefined) browser = await chromium.launch({ executablePath: `/usr/bin/${CHROMIUM}`, args: ['--no-sandbox', '--disable-gpu'] });
t.teardown(() => browser?.close());

/** The live page of a server, and what the browser has to complain about: errors of scripts, breaches of the policy, failed requests. */
async function open(url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await (browser as Browser).newPage();
  page.setDefaultTimeout(WAIT_MS);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(url);
  return { page, complaints };
}

async function shows(page: Page, selector: string, text: RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).first().waitFor();
}

/** A client that has something echoed each time the page draws. */
class Traffic {
  echoedBytes = 0;
  #going = true;
  readonly #over: Promise<void>;

  constructor(client: Socket, page: Page) {
    this.#over = this.#run(client, page);
  }

  stop(): Promise<void> {
    this.#going = false;
    return this.#over;
  }

  async #run(client: Socket, page: Page): Promise<void> {
    while (this.#going) {
      client.write(REQUEST);
      this.echoedBytes += (await readBytes(client, REQUEST.length)).length;
      await page.evaluate('new Promise(requestAnimationFrame)');
    }
  }
}

for (const loop of LOOPS) {
  t.test(`the live page shows what clients do, and its button closes one of them (${loop})`, withoutChromium, async (t) => {
    const server = await ConfiguredServer.start(t, { reactor: { loop } });
    const { page, complaints } = await open(server.url);
    const client = await connected(t, server.port);
    const traffic = new Traffic(client, page);
    await shows(page, 'h1', /edgeloop-echo/);
    await shows(page, '#state', /Live/);
    await shows(page, 'figure[aria-label="Connections"] .legend li', /open\s*1/);
    await shows(page, 'figure:has-text("Throughput") .legend li', /read\s*\d[\d.]* kB\/s/);
    await shows(page, 'figure:has-text("Loop latency") .legend li', /turn p50\s*\d/);
    await traffic.stop();

    const ended = once(client.resume(), 'end');
    const row = page.locator('#rows tr').filter({ hasText: `127.0.0.1:${client.localPort}` });
    // The second press is meant; a button moved by a new list is not.
    await row.getByRole('button').press('Enter');
    await row.getByRole('button').press('Enter');
    await shows(page, '#list-note', new RegExp(`Closed 127\\.0\\.0\\.1:${client.localPort}`));
    // Nothing was under way, so there is nothing that a reset would have to tell of.
    await ended;
    t.match(await server.logged('connection.closed_by_operator'), [{ plugin: 'echo', peer: `127.0.0.1:${client.localPort}`, from: /^127\.0\.0\.1:\d+$/ }]);
    const { text } = await server.ask('metrics');
    t.match(text, '\nedgeloop_connections_closed_total{reason="operator"} 1\n');
    t.match(text, `\nedgeloop_received_bytes_total ${traffic.echoedBytes}\n`);
    t.same(complaints, []);
  });
}

t.test('the page says that the server drains', withoutChromium, async (t) => {
  const server = await ConfiguredServer.start(t, { shutdown: { graceSeconds: 60 } });
  const client = await connected(t, server.port);
  client.on('error', () => {});
  client.write('x');
  await readBytes(client, 1);
  client.pause();
  client.write(Buffer.alloc(32 * 1024 * 1024));
  const { page, complaints } = await open(server.url);
  await shows(page, '#state', /Live/);
  server.signal('SIGTERM');
  await shows(page, 'header', /[Dd]raining/);
  t.same(complaints, []);
  server.signal('SIGTERM');
  t.equal((await server.running.outcome).status, 0);
});
