/** The public names of @edgeloop/reactor/config: one zod schema, read from file, environment and command line. */
export { readCommandLine, type CommandLine, type Switch } from './command-line.js';
export { loadConfiguration, type Configuration, type ConfigurationSchema, type ValuesOf } from './configuration.js';
export { ConfigurationError } from './configuration-error.js';
export { type Difference, differenceOf, takeOver } from './difference.js';
export { effectiveValues, originsText } from './effective.js';
export { helpText } from './help.js';
export { jsonSchemaOf } from './json-schema.js';
export { optionsPage } from './options-page.js';
export { didYouMean } from './spelling.js';
export { type ServerSettings, adminOptionsOf, listenOptionsOf, serverSections, serverSectionsOn, takeoverSection } from './sections.js';
export { groupOptionsOf, workerSections, workersFit } from './worker-sections.js';
export { bytesOf } from './value-text.js';
export { settingsOf, type Marks, type Setting } from './settings.js';
