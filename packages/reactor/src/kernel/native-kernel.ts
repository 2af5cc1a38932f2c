/** The Kernel of production: libedgeloop's functions, bound once per process. */
import type { Kernel } from './kernel.js';
import { type Library, loadLibrary } from './library.js';
import { maskEverywhere } from './thread-signals.js';

let shared: Kernel | undefined;

/** The kernel has no state of a reactor's, so all reactors of a thread share the bound functions. Errors: those of loadLibrary. */
export function nativeKernel(): Kernel {
  shared ??= bind();
  return shared;
}

function bind(): Kernel {
  const library = loadLibrary();
  const bound = (signature: string) => library.func(`int32_t ${signature}`);
  const signals = bindSignals(bound);
  const nameThread = bound('el_thread_name(void *name, uint32_t length)');
  return {
    epollCreate: bound('el_epoll_create()'),
    epollAdd: bound('el_epoll_add(int32_t epoll, int32_t fd, uint32_t events, uint32_t slot, uint32_t generation)'),
    epollModify: bound('el_epoll_modify(int32_t epoll, int32_t fd, uint32_t events, uint32_t slot, uint32_t generation)'),
    epollRemove: bound('el_epoll_remove(int32_t epoll, int32_t fd)'),
    epollWait: bound('el_epoll_wait(int32_t epoll, void *triples, int32_t capacity, int32_t timeout_ms)'),
    socket: bound('el_socket(int32_t family, int32_t type)'),
    bind: bound('el_bind(int32_t fd, void *address, uint32_t length)'),
    listen: bound('el_listen(int32_t fd, int32_t backlog)'),
    connect: bound('el_connect(int32_t fd, void *address, uint32_t length)'),
    accept: bound('el_accept(int32_t fd, void *address, uint32_t capacity)'),
    getsockname: bound('el_getsockname(int32_t fd, void *address, uint32_t capacity)'),
    getpeername: bound('el_getpeername(int32_t fd, void *address, uint32_t capacity)'),
    setsockopt: bound('el_setsockopt(int32_t fd, int32_t level, int32_t name, int32_t value)'),
    getsockopt: bound('el_getsockopt(int32_t fd, int32_t level, int32_t name)'),
    getsockoptBytes: bound('el_getsockopt_bytes(int32_t fd, int32_t level, int32_t name, void *value, uint32_t capacity)'),
    setLinger: bound('el_setsockopt_linger(int32_t fd, int32_t on, int32_t seconds)'),
    recv: bound('el_recv(int32_t fd, void *base, uint32_t offset, uint32_t length)'),
    send: bound('el_send(int32_t fd, void *base, uint32_t offset, uint32_t length)'),
    recvMany: bound('el_recv_many(void *base, void *triples, int32_t count, int32_t enough)'),
    sendMany: bound('el_send_many(void *base, void *triples, int32_t count)'),
    recvDatagrams: bound('el_recv_datagrams(int32_t fd, void *base, uint32_t segment, void *addresses, void *results, int32_t count)'),
    sendDatagrams: bound('el_send_datagrams(int32_t fd, void *base, void *addresses, void *quads, int32_t count)'),
    sendDescriptors: bound('el_send_descriptors(int32_t fd, void *base, uint32_t offset, uint32_t length, void *descriptors, int32_t count)'),
    recvDescriptors: bound('el_recv_descriptors(int32_t fd, void *base, uint32_t offset, uint32_t length, void *descriptors, int32_t capacity)'),
    shutdown: bound('el_shutdown(int32_t fd, int32_t how)'),
    close: bound('el_close(int32_t fd)'),
    duplicate: bound('el_duplicate(int32_t fd)'),
    replace: bound('el_replace(int32_t fd, int32_t by)'),
    flock: bound('el_flock(int32_t fd)'),
    openNull: bound('el_open_null()'),
    timerfdCreate: bound('el_timerfd_create()'),
    timerfdArm: bound('el_timerfd_arm(int32_t fd, int64_t after_ns)'),
    timerfdRead: bound('el_timerfd_read(int32_t fd)'),
    eventfdCreate: bound('el_eventfd_create()'),
    eventfdSignal: bound('el_eventfd_signal(int32_t fd)'),
    eventfdRead: bound('el_eventfd_read(int32_t fd)'),
    claimSignals: signals.claim,
    releaseSignals: signals.release,
    signalfd: bound('el_signalfd(int32_t fd, uint32_t low, uint32_t high)'),
    signalfdRead: bound('el_signalfd_read(int32_t fd, void *quads, int32_t capacity)'),
    setAffinity: bound('el_setaffinity(void *mask, uint32_t length)'),
    getAffinity: bound('el_getaffinity(void *mask, uint32_t capacity)'),
    setThreadName: (name) => nameThread(name, name.length),
    adviseHugePages: bound('el_advise_huge_pages(void *base, uint32_t length)'),
    now: () => performance.now(),
  };
}

/** Claiming is exclusive in the whole process, worker threads included: the library keeps the account. */
function bindSignals(bound: (signature: string) => ReturnType<Library['func']>) {
  const claim = bound('el_signal_claim(uint32_t low, uint32_t high)');
  const giveUp = bound('el_signal_release(uint32_t low, uint32_t high)');
  const calls = {
    gettid: bound('el_gettid()'),
    signalMask: bound('el_signal_mask(int32_t block, uint32_t low, uint32_t high)'),
    signalVisitor: bound('el_signal_visitor(int32_t signal)'),
    signalVisit: bound('el_signal_visit(int32_t thread, int32_t signal, int32_t block, uint32_t low, uint32_t high)'),
  };
  const release = (low: number, high: number): number => {
    const result = maskEverywhere(calls, false, low, high);
    giveUp(low, high);
    return result;
  };
  const claimAndBlock = (low: number, high: number): number => {
    const claimed = claim(low, high);
    if (claimed < 0) return claimed;
    const result = maskEverywhere(calls, true, low, high);
    if (result < 0) release(low, high);
    return result;
  };
  return { claim: claimAndBlock, release };
}
