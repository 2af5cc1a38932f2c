export { registerKvMetrics } from './metrics.js';
