import type { Command } from '../../command/call.js';
import { evalRo, evalsha, evalshaRo, evaluate } from './eval.js';
import { script } from './script.js';

export const scriptingCommands: readonly Command[] = [evaluate, evalRo, evalsha, evalshaRo, script];
