import type { Log } from '../log.js';
import type { MetricsRegistry } from '../telemetry/exposition.js';
import { connectionQuery } from './admin-options.js';
import { type AdminRequest, checked } from './admin-request.js';
import { type Answer, Refusal, json, text } from './answer.js';
import { setLevel } from './log-level.js';
import { metricsOf } from './metrics.js';
import type { Levels, Observed, Verdict } from './observed.js';
import type { Page } from './page.js';

/** What the endpoint shows and changes. A route whose part is missing says so. */
export interface AdminParts {
  readonly observed: Observed;
  readonly log: Log;
  readonly page: Page;
  stats(): object;
  readonly registry?: MetricsRegistry | undefined;
  readonly levels?: Levels | undefined;
  readonly config?: (() => object) | undefined;
}

type Handler = (request: AdminRequest) => Answer | Promise<Answer>;

export interface Route {
  /** Matches the whole path; `id` names the part that is left open. */
  readonly path: RegExp;
  /** Whether it answers without the token: it tells nothing that is worth one. */
  readonly open: boolean;
  readonly GET?: Handler;
  readonly POST?: Handler;
}

export function routesOf(parts: AdminParts): readonly Route[] {
  const { observed, log, page } = parts;
  const shown = (path: RegExp, GET: Handler): Route => ({ path, open: false, GET });
  const open = (path: RegExp, GET: Handler): Route => ({ path, open: true, GET });
  return [
    open(/^\/$/, (request) => page.answer('index.html', request)),
    open(/^\/page\.js$/, (request) => page.answer('page.js', request)),
    open(/^\/page\.css$/, (request) => page.answer('page.css', request)),
    // Browsers ask for it, and would write an error to their console.
    open(/^\/favicon\.ico$/, () => text('', undefined, 204)),
    open(/^\/healthz$/, async () => answerOf(await observed.health())),
    open(/^\/readyz$/, () => answerOf(observed.readiness())),
    shown(/^\/metrics$/, (request) => metricsOf(provided(parts.registry, 'registry'), request)),
    shown(/^\/stats$/, () => json(parts.stats())),
    shown(/^\/config$/, () => json(provided(parts.config, 'config')())),
    shown(/^\/workers$/, () => json({ workers: observed.workers() })),
    shown(/^\/connections$/, async ({ query }) => json(await observed.listConnections(checked(connectionQuery, query, 'connections')))),
    {
      path: /^\/connections\/(?<id>(?:\d{1,3}-\d{1,9}-)?\d{1,16})\/close$/,
      open: false,
      POST: async ({ id, from }) => json({ id: await observed.closeConnection(id, from), status: 'closing' }, 202),
    },
    {
      path: /^\/loglevel$/,
      open: false,
      GET: async () => json(await provided(parts.levels, 'levels').get()),
      POST: (request) => setLevel(provided(parts.levels, 'levels'), log, request),
    },
  ];
}

/** Load balancers and supervisors look at the status only. */
function answerOf({ well, says }: Verdict): Answer {
  return json(says, well ? 200 : 503);
}

function provided<Part>(part: Part | undefined, option: string): Part {
  if (part !== undefined) return part;
  throw new Refusal('NOT_PROVIDED', `this program has not given openAdmin the option "${option}"`);
}
