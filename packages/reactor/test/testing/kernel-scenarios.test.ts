/** The semantics of the system calls, as the manual pages have them: the real kernel keeps to each, and so must SimKernel. */
import t, { type Test } from 'tap';
import { BEYOND } from './scenarios/beyond.js';
import { DATAGRAMS } from './scenarios/datagrams.js';
import { DESCRIPTORS } from './scenarios/descriptors.js';
import { DIALLING } from './scenarios/dialling.js';
import { ENDINGS } from './scenarios/endings.js';
import { EPOLL_SETS } from './scenarios/epoll-sets.js';
import { READINESS } from './scenarios/readiness.js';
import { WAKEUPS } from './scenarios/wakeups.js';
import { type Place, nativePlace, skipWithoutIPv6 } from './script/place.js';
import { type Scenarios, type Step, TRIGGERS, expectation, parseScript, play, usesIPv6, usesTrigger } from './script/script.js';
import { simulatedPlace } from './script/simulated-place.js';
import { Stage } from './script/stage.js';

const native = nativePlace();

const withoutIPv6 = skipWithoutIPv6(native.kernel);

function check(t: Test, title: string, steps: readonly Step[], place: Place): void {
  const stage = new Stage(place);
  const seen = play(stage, steps);
  stage.end();
  t.same(seen, expectation(steps), title);
}

function playScenarios(title: string, scenarios: Scenarios, place: () => Place): void {
  t.test(title, async (t) => {
    for (const [name, script] of Object.entries(scenarios)) {
      for (const [column, trigger] of TRIGGERS.slice(0, usesTrigger(script) ? TRIGGERS.length : 1).entries()) {
        const title = usesTrigger(script) ? `${name}: ${trigger}` : name;
        if (usesIPv6(script) && withoutIPv6) t.pass(title, { skip: withoutIPv6 });
        else check(t, title, parseScript(script, column), place());
      }
    }
  });
}

const TOPICS: Readonly<Record<string, Scenarios>> = {
  readiness: READINESS, endings: ENDINGS, dialling: DIALLING, 'epoll sets': EPOLL_SETS, datagrams: DATAGRAMS, 'wake-ups': WAKEUPS, descriptors: DESCRIPTORS,
};

for (const [topic, scenarios] of Object.entries(TOPICS)) {
  playScenarios(`${topic}, on the real kernel`, scenarios, () => native);
  playScenarios(`${topic}, on the simulated kernel`, scenarios, () => simulatedPlace());
}
playScenarios('what SimKernel leaves out, on the real kernel', BEYOND, () => native);
