/** The semantics of the system calls, as the manual pages have them: the real kernel keeps to each, and so must SimKernel. */
import t from 'tap';
import { DATAGRAMS } from './scenarios/datagrams.js';
import { DESCRIPTORS } from './scenarios/descriptors.js';
import { DIALLING } from './scenarios/dialling.js';
import { ENDINGS } from './scenarios/endings.js';
import { EPOLL_SETS } from './scenarios/epoll-sets.js';
import { READINESS } from './scenarios/readiness.js';
import { WAKEUPS } from './scenarios/wakeups.js';
import { nativePlace } from './script/place.js';
import { TRIGGERS, expectation, parseScript, play, usesTrigger } from './script/script.js';
import { Stage } from './script/stage.js';

const places = [nativePlace()];

for (const [name, script] of Object.entries({ ...READINESS, ...ENDINGS, ...DIALLING, ...EPOLL_SETS, ...DATAGRAMS, ...WAKEUPS, ...DESCRIPTORS })) {
  for (const [column, trigger] of TRIGGERS.slice(0, usesTrigger(script) ? 3 : 1).entries()) {
    for (const place of places) {
      const steps = parseScript(script, column);
      const stage = new Stage(place);
      const seen = play(stage, steps);
      stage.end();
      t.same(seen, expectation(steps), `${name}${usesTrigger(script) ? `, ${trigger}` : ''}, ${place.name}`);
    }
  }
}
