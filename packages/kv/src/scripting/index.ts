export { ArgumentList } from './conversion/argument-list.js';
export type { ReplyWriter } from './conversion/reply-writer.js';
export { SCRIPT_FLAGS } from './script.js';
export type { Script, ScriptFlag } from './script.js';
export { ScriptEngine } from './script-engine.js';
export type { ScriptEngineOptions } from './script-engine.js';
export { ScriptError } from './script-error.js';
export type { ScriptHost } from './script-host.js';
