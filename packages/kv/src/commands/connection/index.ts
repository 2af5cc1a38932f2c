import type { Command } from '../../command/call.js';
import { auth } from './auth.js';
import { client } from './client.js';
import { echo } from './echo.js';
import { hello } from './hello.js';
import { ping } from './ping.js';
import { quit, reset } from './reset.js';
import { select } from './select.js';

export const connectionCommands: readonly Command[] = [auth, client, echo, hello, ping, quit, reset, select];
