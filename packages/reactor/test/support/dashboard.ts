/** The Grafana dashboard that is shipped, as far as tests look at it. */
import { shipped } from './exported-metrics.js';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}

export interface Dashboard {
  readonly schemaVersion: number;
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly panels: readonly Panel[];
}

export function shippedDashboard(): Dashboard {
  return JSON.parse(shipped('deploy/grafana/edgeloop.json')) as Dashboard;
}

/** What the panels ask, and what marks restarts in them. */
export function expressionsOf({ panels, annotations }: Dashboard): string[] {
  return [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list].map(({ expr }) => expr);
}

/** An expression as Grafana sends it while all instances and reactors are shown. */
export function filledIn(expression: string, window: string): string {
  return expression.replaceAll('$__rate_interval', window).replaceAll(/\$(instance|reactor)\b/g, '.*');
}
