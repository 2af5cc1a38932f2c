import { optionsPage } from '@edgeloop/reactor/config';
import { echoConfiguration } from './configuration.js';

/** docs/reference/options.md, as scripts/options-page.mjs writes it. */
export const OPTIONS_PAGE = optionsPage(echoConfiguration, 'edgeloop-echo server');
