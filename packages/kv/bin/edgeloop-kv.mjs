#!/usr/bin/env node
import { main } from '../dist/src/command.js';

await main(process.argv.slice(2));
