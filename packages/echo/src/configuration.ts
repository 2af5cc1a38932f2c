/** What can be set of the echo server: the sections of every server command, and its own. */
import { z } from 'zod';
import { serverSections, takeoverSection } from '@edgeloop/reactor/config';

const echo = z
  .strictObject({
    udp: z.boolean().default(false).describe('Answers datagrams on the same port, too.').meta({ flag: 'udp', notWith: 'listen.path' }),
  })
  .describe('The echo protocol itself.');

export const echoConfiguration = z.strictObject({ ...serverSections, ...takeoverSection, echo: echo.prefault({}) });

export type EchoSettings = z.output<typeof echoConfiguration>;
