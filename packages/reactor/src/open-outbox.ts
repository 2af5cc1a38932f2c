import { nativeKernel } from './kernel/native-kernel.js';
import type { InboxAddress } from './loop/inbox.js';
import { Outbox } from './loop/outbox.js';

export type { Outbox };

/**
 * Opens the sending side of an inbox, usually in another thread than the reactor's. To be closed when it is done with.
 * Errors: EL_INBOX_CLOSED, a SystemError, and those of loading the native library.
 */
export function openOutbox<T>(address: InboxAddress): Outbox<T> {
  return new Outbox(nativeKernel(), address);
}
