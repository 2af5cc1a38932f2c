import { execFileSync, spawnSync } from 'node:child_process';

/** For benchmarks of networks, so that nobody has them in earnest (RFC 2544); where somebody has nevertheless, there is no link. */
const NETWORK = '198.18.0.0/15';

/** The cables of trials that run at the same time, or have just ended, are told from others by their names. */
const CABLE = 'trial';

/** A /30 of its own for each process: ours is its first address, theirs the second. */
function address(host: 1 | 2): string {
  const block = process.pid % 2 ** 15;
  return [198, 18 + (block >> 14), (block >> 6) & 255, ((block & 63) << 2) + host].join('.');
}

/** A network namespace with one cable to ours, which can be cut. Takes CAP_NET_ADMIN and CAP_SYS_ADMIN. */
export class Link {
  readonly ourAddress = address(1);
  readonly #name = `${CABLE}-${process.pid}`;
  readonly #cable = `${CABLE}${process.pid}`;

  /** What to write in front of a command that is to run at the other end. */
  get prefix(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#name];
  }

  constructor() {
    const routes = ip('-4', 'route', 'show', 'root', NETWORK).split('\n');
    const taken = routes.find((route) => route !== '' && !route.includes(` dev ${CABLE}`));
    if (taken !== undefined) throw new Error(`this machine uses ${NETWORK}, which the trial needs for itself: ${taken}`);
    ip('netns', 'add', this.#name);
    // However this process ends, the namespace goes with it.
    process.once('exit', this.#remove);
    try {
      ip('link', 'add', this.#cable, 'type', 'veth', 'peer', 'name', 'peer', 'netns', this.#name);
      ip('addr', 'add', `${address(1)}/30`, 'dev', this.#cable);
      ip('link', 'set', this.#cable, 'up');
      this.#there('addr', 'add', `${address(2)}/30`, 'dev', 'peer');
      this.#there('link', 'set', 'peer', 'up');
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** From now on nothing arrives, and nobody is told. */
  cut(): void {
    this.#there('link', 'set', 'peer', 'down');
  }

  /** The cable goes at once: sockets that still wait for the peers' word would keep the namespace, and the cable with it, for minutes. */
  remove(): void {
    process.off('exit', this.#remove);
    this.#remove();
  }

  readonly #remove = (): void => {
    spawnSync('ip', ['link', 'del', this.#cable]);
    ip('netns', 'del', this.#name);
  };

  #there(...args: string[]): void {
    ip('-n', this.#name, ...args);
  }
}

function ip(...args: string[]): string {
  return execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' }).trim();
}

/** Why the kernel does not let us have namespaces; undefined if it does. */
export function whyNoLink(): string | undefined {
  const name = `trial-${process.pid}-probe`;
  const { status, stderr } = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (status !== 0) return stderr.trim();
  ip('netns', 'del', name);
  return undefined;
}
