/** What can be set of the echo server: the sections of every server command, those of workers, and its own. */
import { z } from 'zod';
import { serverSections, takeoverSection, workerSections, workersFit } from '@edgeloop/reactor/config';

const echo = z
  .strictObject({
    udp: z.boolean().default(false).describe('Answers datagrams on the same port, too.').meta({ flag: 'udp', notWith: 'listen.path' }),
  })
  .describe('The echo protocol itself.');

export const echoConfiguration = z
  .strictObject({ ...serverSections, ...workerSections, ...takeoverSection, echo: echo.prefault({}) })
  .check(workersFit);

export type EchoSettings = z.output<typeof echoConfiguration>;
