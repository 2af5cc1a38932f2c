import { EXPOSITIONS, type MetricsRegistry, expose } from '../telemetry/exposition.js';
import { qualityOf } from './accept.js';
import type { AdminRequest } from './admin-request.js';
import { type Answer, text } from './answer.js';

/** The metrics in the format that the scraper likes better: OpenMetrics if it says so, else what everybody reads. */
export async function metricsOf(registry: MetricsRegistry, { headers: { accept = '*/*' } }: AdminRequest): Promise<Answer> {
  const likesOpenMetrics = qualityOf(accept, 'application/openmetrics-text', '1.0.0') > qualityOf(accept, 'text/plain', '0.0.4');
  const contentType = likesOpenMetrics ? EXPOSITIONS.openMetrics : EXPOSITIONS.prometheus;
  return text(await expose(registry, contentType), contentType, 200, { Vary: 'Accept' });
}
