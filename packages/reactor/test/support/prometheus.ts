import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Child } from './child.js';
import { shipped } from './exported-metrics.js';

const RULES = ['alerts.yml', 'alerts_test.yml'];

/** One series of an answer. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Rule {
  readonly name: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  readonly state?: 'inactive' | 'pending' | 'firing';
}

/** A folder with what deploy/prometheus ships, beside the token's file and a configuration for the target; gone with the test. */
export function deployed(t: Test, token: string, target: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgeloop-prometheus-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of RULES) writeFileSync(join(folder, name), shipped(`deploy/prometheus/${name}`));
  const example = shipped('deploy/prometheus/prometheus.yml');
  writeFileSync(join(folder, 'prometheus.yml'), example.replace('localhost:9464', target).replace(/(_interval|_timeout): 1[05]s/g, '$1: 500ms'));
  writeFileSync(join(folder, 'edgeloop.token'), token);
  return folder;
}

/** Runs promtool in a folder; what it says, and whether it is content. */
export function promtool(args: readonly string[], cwd: string, input = ''): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, input, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** A real Prometheus with the configuration in a folder, as a process that ends with the test, and by itself after a minute. */
export class Prometheus {
  readonly #url: string;
  readonly #child: Child;

  static async start(t: Test, folder: string): Promise<Prometheus> {
    const address = `127.0.0.1:${await freePort()}`;
    const flags = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`, '--log.level=warn'];
    const child = new Child('timeout', ['--kill-after=5', '60', 'prometheus', ...flags]);
    // A process that is gone writes nothing more into the folder, which is removed next.
    t.teardown(async () => {
      child.process.kill('SIGTERM');
      await child.finished;
    });
    const prometheus = new Prometheus(`http://${address}`, child);
    await prometheus.#until(async () => (await fetch(`http://${address}/-/ready`).catch(() => undefined))?.status === 200, 'it is ready');
    return prometheus;
  }

  private constructor(url: string, child: Child) {
    this.#url = url;
    this.#child = child;
  }

  /** What an expression is now, or at a time in seconds since 1970. Throws what Prometheus complains about. */
  async query(expression: string, atSeconds = Date.now() / 1000): Promise<Sample[]> {
    const { result } = await this.#ask<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
      `query?${new URLSearchParams({ query: expression, time: String(atSeconds) })}`,
    );
    return result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  }

  /** The one number that an expression is; undefined if there is none. */
  async number(expression: string, atSeconds?: number): Promise<number | undefined> {
    const [sample] = await this.query(expression, atSeconds);
    return sample?.value;
  }

  /** Waits for so many further scrapes that succeed. The second began after this was called. */
  async scrapes(count: number): Promise<void> {
    const scraped = async () => (await this.number('sum_over_time(up[1h])')) ?? 0;
    const before = await scraped();
    await this.#until(async () => (await scraped()) >= before + count, `${count} scrapes have succeeded`);
  }

  /** All rules, once each has been evaluated. */
  async rules(): Promise<Rule[]> {
    let rules: Rule[] = [];
    await this.#until(async () => {
      const { groups } = await this.#ask<{ groups: { rules: Rule[] }[] }>('rules');
      rules = groups.flatMap((group) => group.rules);
      return rules.every(({ health }) => health !== 'unknown');
    }, 'the rules are evaluated');
    return rules;
  }

  async #ask<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`${this.#url}/api/v1/${path}`);
    const { status, error, data } = (await response.json()) as { status: string; error?: string; data: Answer };
    if (status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${error}`);
    return data;
  }

  async #until(condition: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + 15_000;
    while (!(await condition())) {
      if (this.#child.process.exitCode !== null) throw new Error(`Prometheus has ended: ${this.#child.stderr}`);
      if (Date.now() > deadline) throw new Error(`waited in vain until ${what}: ${this.#child.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Prometheus cannot choose one itself. Between here and its start somebody may take it; then it ends, and says so. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
