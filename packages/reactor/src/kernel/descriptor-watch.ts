/** Lets libuv wait for a descriptor on our behalf. */
import koffi from 'koffi';

/** Open until closed. */
export interface DescriptorWatch {
  /** Whether the watch keeps the process alive, as it does at first. */
  hold(process: boolean): void;
  close(): void;
}

type Handle = ReturnType<typeof koffi.node.poll>;

/**
 * The handles that are open. libuv turns once more while Node takes itself down: a handle that is called then, when no
 * JavaScript can be, aborts the process. So they are closed before, all by one listener.
 */
const open = new Set<Handle>();
process.on('exit', () => open.forEach(close));

/**
 * Calls `onReadable` each time libuv finds `fd` readable (level-triggered). It runs outside Node's callback scope:
 * promises and process.nextTick are not drained after it and a throw is lost, so it should only schedule what is to be done.
 * The caller must keep the watch: an unreferenced one is collected, and the descriptor goes silent.
 */
export function watchReadable(fd: number, onReadable: () => void): DescriptorWatch {
  // An error status calls too: the turn that follows meets the error where it can be reported.
  const handle = koffi.node.poll(fd, { readable: true }, () => onReadable());
  open.add(handle);
  return {
    hold(process) {
      if (!open.has(handle)) return;
      if (process) handle.ref();
      else handle.unref();
    },
    close: () => close(handle),
  };
}

function close(handle: Handle): void {
  if (open.delete(handle)) handle.close();
}
