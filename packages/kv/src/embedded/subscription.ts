import type { Server } from '../server/server.js';
import type { ReplyDecoder } from './reply-decoder.js';

/** Called with each message, soon after the command that has published it. */
export type MessageListener<Text> = (message: Text, channel: Text) => void;

/** Ends what it was returned for; may be called twice. */
export interface Subscription extends Disposable {
  unsubscribe(): void;
}

/**
 * Subscribes without a connection. A listener is not called in the middle of a command, for it may run commands itself: messages wait
 * for the end of what is under way. What a listener throws reaches 'uncaughtException'.
 */
export function subscribe<Text>(
  server: Server,
  kind: 'channel' | 'pattern',
  name: Buffer,
  decoder: ReplyDecoder<Text>,
  listener: MessageListener<Text>,
): Subscription {
  const client = server.addClient();
  let isOpen = true;
  client.version = 3;
  client.receiver = (bytes) => {
    const [channel, message] = (decoder.decode(bytes) as readonly Text[]).slice(-2) as [Text, Text];
    queueMicrotask(() => {
      if (isOpen) listener(message, channel);
    });
  };
  server.channels.subscribe(client, kind, name.toString('latin1'));
  const unsubscribe = (): void => {
    isOpen = false;
    server.removeClient(client);
  };
  return { unsubscribe, [Symbol.dispose]: unsubscribe };
}
