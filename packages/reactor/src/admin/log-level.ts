/** How much each part of the program logs, changed while it runs. */
import type { Log } from '../log.js';
import { levelChange } from './admin-options.js';
import { type AdminRequest, checked } from './admin-request.js';
import { type Answer, Refusal, json } from './answer.js';
import type { Levels } from './observed.js';

export async function setLevel(levels: Levels, log: Log, { body, from }: AdminRequest): Promise<Answer> {
  const { component, level } = checked(levelChange, body, 'loglevel');
  const before = await levels.get();
  if (!Object.hasOwn(before, component)) {
    throw new Refusal('UNKNOWN_COMPONENT', `there is no component ${JSON.stringify(component)}, only ${Object.keys(before).join(', ')}`);
  }
  await levels.set(component, level);
  log.info({ event: 'loglevel.changed', changed: component, to: level, before: before[component], from }, `log level of ${component}: ${level}`);
  return json(await levels.get());
}
