/** Lets libuv wait for a descriptor on our behalf. */
import koffi from 'koffi';

/** Open until closed. */
export interface DescriptorWatch {
  /** Whether the watch keeps the process alive, as it does at first. */
  hold(process: boolean): void;
  close(): void;
}

/**
 * Calls `onReadable` each time libuv finds `fd` readable (level-triggered). It runs outside Node's callback scope:
 * promises and process.nextTick are not drained after it and a throw is lost, so it should only schedule what is to be done.
 * The caller must keep the watch: an unreferenced one is collected, and the descriptor goes silent.
 */
export function watchReadable(fd: number, onReadable: () => void): DescriptorWatch {
  // An error status calls too: the turn that follows meets the error where it can be reported.
  const handle = koffi.node.poll(fd, { readable: true }, () => onReadable());
  return {
    hold(process) {
      if (process) handle.ref();
      else handle.unref();
    },
    close: () => handle.close(),
  };
}
