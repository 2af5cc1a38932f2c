import { EdgeloopError } from '../errors.js';

/** Tells of the end of a connection those who wait for something on its behalf. */
export class EndSignal extends AbortController {
  tell({ id, reason }: { readonly id: number; readonly reason: Error | undefined }): void {
    if (!this.signal.aborted) this.abort(reason ?? new EdgeloopError('EL_CONNECTION_CLOSED', `connection ${id} has ended, and what was to be done for it is called off`));
  }
}
