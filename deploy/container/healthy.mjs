// Ends with 0 if the server says that it is healthy, and with 1 if it says otherwise or nothing: for HEALTHCHECK. Node's
// own fetch, because the image has no curl. Where to ask stands in the server's configuration file.
//
//   node healthy.mjs /etc/edgeloop/echo.json
import { readFileSync } from 'node:fs';

const { admin } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { host = '127.0.0.1', port } = admin;

const { ok } = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`);
process.exitCode = ok ? 0 : 1;
