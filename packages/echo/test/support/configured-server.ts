/** The server as operators run it: configured by a file, watched through its endpoint and its log. */
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import type { Test } from 'tap';
import { COMMAND, type Running, start } from './command.js';

export const LOOPS = ['embedded', 'dedicated'];

/** A line of the log, parsed. */
export type LogLine = Readonly<Record<string, any>>; // oxlint-disable-line typescript/no-explicit-any -- tests look into it as it comes

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: any; // oxlint-disable-line typescript/no-explicit-any -- likewise
}

/** Writes a configuration file; a text stands as it is. Returns its path. */
export function configurationFile(t: Test, settings: object | string): string {
  const path = `${t.testdir()}/echo.json`;
  rewrite(path, settings);
  return path;
}

function rewrite(path: string, settings: object | string): void {
  writeFileSync(path, typeof settings === 'string' ? settings : JSON.stringify(settings, null, 2));
}

export class ConfiguredServer {
  /** Where it echoes. */
  port = 0;
  /** Of its endpoint, with a slash at the end. */
  url = '';
  #log = '';

  private constructor(
    readonly running: Running,
    readonly file: string,
  ) {
    running.process.stderr.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
  }

  /** Starts it, with ports that the kernel chooses for both of its sockets unless the settings say otherwise. */
  static async start(t: Test, { listen = {}, admin = {}, ...others }: Record<string, object> = {}, prefix: readonly string[] = []): Promise<ConfiguredServer> {
    const file = configurationFile(t, { listen: { port: 0, ...listen }, admin: { port: 0, ...admin }, ...others });
    const [program, ...args] = [...prefix, process.execPath, COMMAND, 'server', '--config', file];
    const server = new ConfiguredServer(start(t, program, args), file);
    const greeting = await server.running.printed('twice, at once.\n');
    server.port = Number(/^echo on \S+:(\d+) /.exec(greeting)?.[1]);
    server.url = /^live page and metrics on (\S+)$/m.exec(greeting)?.[1] as string;
    return server;
  }

  /** What it has logged so far, but for stalls: on a busy machine they may come anywhere. */
  get lines(): readonly LogLine[] {
    return this.#log.split('\n').slice(0, -1).map((line) => JSON.parse(line) as LogLine).filter((line) => line['event'] !== 'loop.stalled');
  }

  /** Resolves with the lines of an event, once there are so many. */
  async logged(event: string, count = 1): Promise<readonly LogLine[]> {
    for (;;) {
      const found = this.lines.filter((line) => line['event'] === event);
      if (found.length >= count) return found;
      await Promise.race([once(this.running.process.stderr, 'data'), this.#overIn(event)]);
    }
  }

  /** Writes the file anew; nobody reads it before `signal('SIGHUP')`. */
  configure(settings: object | string): void {
    rewrite(this.file, settings);
  }

  signal(name: NodeJS.Signals): void {
    this.running.process.kill(name);
  }

  async ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(new URL(path, this.url), init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, text, json: isJson ? JSON.parse(text) : undefined };
  }

  post(path: string, body: object): Promise<Answer> {
    return this.ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  }

  async #overIn(event: string): Promise<never> {
    const { stderr } = await this.running.outcome;
    throw new Error(`it ended without "${event}" in its log: ${stderr}`);
  }
}
