import { type Answer, orThrow, type Peer, type Words } from './peer.js';

/** What was read of a value, as arguments of what writes it. */
interface Piece {
  readonly elements: readonly Buffer[];
  /** Where the next one begins; undefined after the last one. */
  readonly next: string | undefined;
}

/** How values of a type are read in pieces, whose size is about `count` elements, and written again. */
interface PieceFormat {
  readonly read: (key: Buffer, cursor: string, count: number) => Words;
  readonly take: (answer: Answer, cursor: string, count: number) => Piece;
  /** What writes the first piece, and what adds the next ones. */
  readonly create: string;
  readonly add: string;
}

const START = '0';
/** Elements of a first piece, many of which are read at once, and of those that follow, one at a time. Most values are one piece. */
const FIRST_ELEMENTS = 100;
const NEXT_ELEMENTS = 1000;
/** What counts as an element of a string. */
const STRING_BYTES = 1024;

const FORMATS: ReadonlyMap<string, PieceFormat> = new Map([
  ['string', {
    read: (key, cursor, count) => ['GETRANGE', key, cursor, Number(cursor) + count * STRING_BYTES - 1],
    take: (answer, cursor, count) => {
      const bytes = answer as Buffer;
      const isBehind = cursor !== START && bytes.length === 0;
      return piece(isBehind ? [] : [bytes], bytes.length, cursor, count * STRING_BYTES);
    },
    create: 'SET',
    add: 'APPEND',
  }],
  ['list', {
    read: (key, cursor, count) => ['LRANGE', key, cursor, Number(cursor) + count - 1],
    take: (answer, cursor, count) => piece(answer as Buffer[], (answer as Buffer[]).length, cursor, count),
    create: 'RPUSH',
    add: 'RPUSH',
  }],
  ['hash', scanned('HSCAN', 'HSET')],
  ['set', scanned('SSCAN', 'SADD')],
  ['zset', scanned('ZSCAN', 'ZADD', scoreFirst)],
]);

/** Read by position: a piece that is not full is the last one. */
function piece(elements: readonly Buffer[], length: number, cursor: string, full: number): Piece {
  return { elements, next: length < full ? undefined : String(Number(cursor) + full) };
}

/** An element may come twice, which does not matter to what writes it. */
function scanned(read: string, write: string, order: (elements: readonly Buffer[]) => readonly Buffer[] = (elements) => elements): PieceFormat {
  return {
    read: (key, cursor, count) => [read, key, cursor, 'COUNT', count],
    take: (answer) => {
      const [next, elements] = answer as readonly [Buffer, Buffer[]];
      return { elements: order(elements), next: String(next) === START ? undefined : String(next) };
    },
    create: write,
    add: write,
  };
}

/** ZSCAN names the member first, ZADD the score. The text is the server's own, with as many digits as the number has. */
function scoreFirst(elements: readonly Buffer[]): readonly Buffer[] {
  return elements.map((_, i) => elements[i ^ 1] as Buffer);
}

/** What asks for the first piece of a value of this type; undefined for a type that is not read in pieces. */
export function firstPiece(type: string, key: Buffer): Words | undefined {
  return FORMATS.get(type)?.read(key, START, FIRST_ELEMENTS);
}

/** The requests that write a value, of which `answer` is the first piece. Error: ReplyError. */
export async function* pieceRequests(peer: Peer, type: string, key: Buffer, answer: Answer): AsyncGenerator<Words> {
  const format = FORMATS.get(type) as PieceFormat;
  // SET replaces what is there, and the others add to it: who loads an export twice wants it once.
  if (type !== 'string') yield ['DEL', key];
  let { elements, next } = format.take(orThrow(answer), START, FIRST_ELEMENTS);
  if (elements.length > 0) yield [format.create, key, ...elements];
  while (next !== undefined) {
    const [more] = await peer.call([format.read(key, next, NEXT_ELEMENTS)]);
    ({ elements, next } = format.take(orThrow(more as Answer), next, NEXT_ELEMENTS));
    if (elements.length > 0) yield [format.add, key, ...elements];
  }
}
