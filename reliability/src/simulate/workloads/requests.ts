import { LengthPrefixDecoder, LengthPrefixEncoder } from '@edgeloop/reactor';
import type { Errand } from '../client.js';
import { Crowd } from '../crowd.js';
import { demand } from '../finding.js';
import type { Link } from '../link.js';
import { Mischief } from '../mischief.js';
import { type Stage, accepted, pluginOf } from '../stage.js';
import { type Behaviour, Watch } from '../watch.js';
import type { Workload } from '../workload.js';

const PORT = 7001;
const FORMAT = { headerBytes: 2, endian: 'big' } as const;
const encoder = new LengthPrefixEncoder(FORMAT);
/** The longest is longer than a peer may be silent before a shutdown takes it for idle. */
const MAX_WORK_MS = [3, 30, 400] as const;

/** Makes the reply to a request: one that cannot be mixed up with another's. */
function replyTo(request: Buffer): Buffer {
  const reply = Uint8Array.from(request).toReversed();
  return Buffer.concat([Buffer.from([request.length & 255]), reply]);
}

/** What has been asked on a connection, and how much of it is answered. What comes when our side has ended cannot be. */
class Dialogue {
  readonly decoder = new LengthPrefixDecoder(FORMAT);
  asked = 0;
  answered = 0;

  ask(link: Link): void {
    if (link.connection?.phase === 'open') this.asked++;
  }

  answer(link: Link): void {
    if (link.connection?.phase === 'open') this.answered++;
  }
}

/**
 * Answers each frame, at once or after a while; a handler that waits has its frames copied before. A connection that ends
 * without an error owes no answer.
 */
export function answering({ random, sim }: Stage): Behaviour {
  const dialogues = new Map<Link, Dialogue>();
  const of = (link: Link) => dialogues.get(link) as Dialogue;
  const answer = (link: Link, dialogue: Dialogue, request: Buffer): void => {
    dialogue.answer(link);
    link.write(encoder.encode(replyTo(request)));
  };
  const answerLater = async (link: Link, requests: readonly Buffer[]): Promise<void> => {
    const dialogue = of(link);
    for (let i = requests.length; i > 0; i--) dialogue.ask(link);
    for (const request of requests) {
      await sim.reactor.delay(random.below(random.pick(MAX_WORK_MS)));
      answer(link, dialogue, request);
    }
  };
  return {
    onOpen: (link) => void dialogues.set(link, new Dialogue()),
    onData: (link, chunk) => {
      const dialogue = of(link);
      const frames = dialogue.decoder.decode(chunk);
      if (random.chance(0.3)) return answerLater(link, [...frames].map((request) => Buffer.from(request)));
      for (const request of frames) {
        dialogue.ask(link);
        answer(link, dialogue, request);
      }
      return undefined;
    },
    onClose: (link, reason) => {
      const { asked, answered } = of(link);
      const owes = reason === undefined && !link.interfered;
      demand(!owes || asked === answered, () => `${link.text}: has ended in order, but ${asked - answered} requests are unanswered`);
      dialogues.delete(link);
    },
  };
}

/** What a client asks, and the replies that it expects: one for each request, in this order. */
export class Questions implements Errand {
  readonly bytes: Buffer;
  readonly #expected: Buffer[] = [];
  readonly #decoder = new LengthPrefixDecoder(FORMAT);

  constructor({ random }: Stage, maxBytes: number) {
    const frames: Buffer[] = [];
    for (let left = random.below(maxBytes); left > 0; ) {
      const request = random.bytes(random.below(random.pick([2, 30, 3000, 10_000])));
      frames.push(encoder.encode(request));
      this.#expected.push(replyTo(request));
      left -= request.length + FORMAT.headerBytes;
    }
    this.bytes = Buffer.concat(frames);
  }

  received(chunk: Buffer): void {
    for (const reply of this.#decoder.decode(chunk)) {
      const expected = this.#expected.shift();
      demand(expected !== undefined, () => `a reply of ${reply.length} bytes has come that nobody asked for`);
      demand(expected.equals(reply), () => `a reply of ${reply.length} bytes has come, but another of ${expected.length} was due`);
    }
  }

  answered(): boolean {
    return this.#expected.length === 0;
  }
}

export const requests: Workload = {
  name: 'requests',
  about: 'frames with their length before them, answered in order, at once or after a promise',

  async play(stage) {
    const { sim, random, surroundings } = stage;
    // Nobody writes to others here: it would not be a frame.
    const watch = new Watch(stage, answering(stage), accepted, new Mischief(stage, ['writeToOther']));
    const server = sim.reactor.use(pluginOf('requests', watch.hooks));
    await server.listen({ port: PORT, ...surroundings.terms });
    stage.startFaults();
    const crowd = new Crowd(stage, PORT, (maxBytes) => new Questions(stage, maxBytes));
    crowd.come();
    await crowd.gone();
    await stage.close(random.pick([0, 1000]));
  },
};
