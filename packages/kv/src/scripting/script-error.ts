/** A script that could not be loaded, or that failed in a way that has no reply of its own. The message is the reply's text. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}
