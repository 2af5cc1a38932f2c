import { optionsPage } from '@edgeloop/reactor/config';
import { kvConfiguration } from './configuration.js';

/** docs/reference/kv-options.md, as scripts/options-page.mjs writes it. */
export const OPTIONS_PAGE = optionsPage(kvConfiguration, 'edgeloop-kv server');
