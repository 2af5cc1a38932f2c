import type { DatagramHandle } from '@edgeloop/reactor';
import { demand } from './finding.js';
import type { Stage } from './stage.js';

const NUMBER_BYTES = 4;
const MAX_PAYLOAD_BYTES = 200;

/**
 * Two UDP sockets of the reactor, one of which sends back what comes to it, and a model of what may arrive: what was sent, as it
 * was, not more often than the network doubles it; and all of it where nothing is lost.
 */
export class Datagrams {
  readonly #stage: Stage;
  readonly #payloads: Buffer[] = [];
  /** How often each one has come back. */
  readonly #echoes: number[] = [];
  #asker!: DatagramHandle;
  #echoer!: DatagramHandle;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async open(): Promise<void> {
    const { reactor } = this.#stage.sim;
    this.#echoer = await reactor.openDatagram({}, (socket, payload, sender) => void socket.send(payload, sender));
    this.#asker = await reactor.openDatagram({}, (_, payload) => this.#stage.guard(() => this.#receive(payload)));
  }

  /** Sends some, which leave together if it is within a turn. */
  act(): void {
    const { random } = this.#stage;
    for (let count = random.between(1, 4); count > 0; count--) {
      const payload = random.bytes(NUMBER_BYTES + random.below(MAX_PAYLOAD_BYTES));
      payload.writeUInt32BE(this.#payloads.length);
      this.#payloads.push(payload);
      this.#echoes.push(0);
      this.#asker.send(payload, this.#echoer.address);
    }
  }

  /** To be called when nothing is under way. */
  checkOver(): void {
    const { conditions, callFailures, readBufferBytes } = this.#stage.surroundings;
    const { datagramsReceived, datagramsSent } = this.#stage.sim.reactor.counters;
    this.#stage.tally.count('datagrams received', datagramsReceived);
    demand(datagramsReceived <= 2 * datagramsSent, () => `${datagramsReceived} datagrams have come, but ${datagramsSent} were sent`);
    // What is longer than the read buffer is cut, and dropped by the reactor; what finds no room, by the kernel.
    const room = readBufferBytes >= NUMBER_BYTES + MAX_PAYLOAD_BYTES && conditions.receiveBufferBytes > this.#payloads.length * MAX_PAYLOAD_BYTES;
    const certain = room && conditions.lostDatagrams === 0 && callFailures === 0;
    const lost = this.#echoes.filter((times) => times === 0).length;
    demand(!certain || lost === 0, () => `${lost} datagrams are lost, in a network that loses none`);
  }

  #receive(payload: Buffer): void {
    const number = payload.readUInt32BE(0);
    const sent = this.#payloads[number];
    demand(sent?.equals(payload) === true, () => `a datagram of ${payload.length} bytes has come back that is not what was sent`);
    const times = ((this.#echoes[number] as number) += 1);
    // Each way may double it.
    const most = this.#stage.surroundings.conditions.doubledDatagrams > 0 ? 4 : 1;
    demand(times <= most, () => `datagram ${number} has come ${times} times`);
  }
}
