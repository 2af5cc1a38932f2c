export { ArgumentList, type CommandArguments } from './conversion/argument-list.js';
export type { ResultWriter } from './conversion/result-writer.js';
export { SCRIPT_FLAGS } from './script.js';
export type { Script, ScriptFlag } from './script.js';
export { ScriptEngine } from './script-engine.js';
export type { ScriptEngineOptions } from './script-engine.js';
export { ScriptError } from './script-error.js';
export type { ScriptHost } from './script-host.js';
