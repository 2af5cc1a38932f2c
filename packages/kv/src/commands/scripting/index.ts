import type { Command } from '../../command/call.js';
import { evalRo, evalsha, evalshaRo, evaluate } from './eval.js';
import { fcall, fcallRo } from './fcall.js';
import { functionCommand } from './function.js';
import { script } from './script.js';

export const scriptingCommands: readonly Command[] = [evaluate, evalRo, evalsha, evalshaRo, fcall, fcallRo, functionCommand, script];
