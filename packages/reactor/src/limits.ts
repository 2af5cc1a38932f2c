/** Every bound of the reactor, with its unit in its name. Those that users may move are defaults in options.ts. */
import { invariant } from './invariant.js';

/** What one recv may return, and so the longest chunk that a handler sees. A connection has one recv in each turn. */
export const READ_BUFFER_BYTES = 64 * 1024;
export const MAX_READ_BUFFER_BYTES = 4 * 1024 * 1024;

/** Connections that one native call receives from or sends for. More would only delay the first of them. */
export const BATCH_CONNECTIONS = 32;

/** A batch of receives ends when it has brought this much: more would not stay in the cache until it is worked on. */
export const BATCH_BYTES = 128 * 1024;

/** A connection sends at most this much of its queue in one turn. */
export const WRITE_BUDGET_BYTES = 1024 * 1024;

/** A listener accepts at most this many connections in one turn. */
export const ACCEPT_BUDGET_CALLS = 64;

/** Timers that one turn touches: expirations, and those that move down a level of the wheel. */
export const TIMER_BUDGET_TOUCHES = 1024;

/** Posted tasks, messages of an inbox and signals that one turn takes, of each; of signals, as many as the library reads at once. */
export const TASK_BUDGET_CALLS = 1024;
export const MESSAGE_BUDGET_CALLS = 256;
export const SIGNAL_BUDGET_CALLS = 16;

/** Posted tasks, and messages of one inbox, that may wait. */
export const MAX_POSTED_TASKS = 65_536;
export const MAX_INBOX_MESSAGES = 65_536;

/** Defaults of offloading: tasks that may wait for a thread, and how long a thread without a task stays. */
export const OFFLOAD_QUEUE_TASKS = 1000;
export const OFFLOAD_IDLE_MS = 10_000;

/** Events fetched by one epoll_wait, 12 bytes each. */
export const EPOLL_BATCH_EVENTS = 1024;

/** Small writes are gathered in blocks of this size; a dispatch that fills one sends it without waiting for its end. */
export const WRITE_BLOCK_BYTES = 16 * 1024;

/** Blocks of the slab that small writes share. The memory is touched, and so taken, only as far as it is used. */
export const WRITE_SLAB_BLOCKS = 256;

/** A write at least this long goes to the socket from the caller's memory: from here on the copy costs more than the call. */
export const DIRECT_WRITE_BYTES = 4 * 1024;

/** Default water marks of a connection's outbound queue, and the cap at which a slow consumer is closed. */
export const HIGH_WATER_BYTES = 64 * 1024;
export const LOW_WATER_BYTES = 16 * 1024;
export const MAX_QUEUED_BYTES = 16 * 1024 * 1024;

/** Default of the longest frame that a decoder accepts. A peer can make us keep this much for each connection, in up to twice the memory. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** Default length of a listener's queue of connections that wait for accept (net.core.somaxconn cuts it). */
export const LISTEN_BACKLOG_CONNECTIONS = 1024;

/** Defaults of a connection pool: the connections it makes, and the callers that may wait for one of them. */
export const POOL_CONNECTIONS = 8;
export const POOL_WAITING_CALLS = 1000;

/** How long a listener rests when the process or the system has no descriptor or memory left for a connection. */
export const ACCEPT_BACKOFF_MS = 100;

/** During a shutdown: how long a half-closed peer that says nothing may keep its side open, and how often that is looked for. */
export const SHUTDOWN_LINGER_MS = 1000;
export const SHUTDOWN_SWEEP_MS = 100;

/** During a shutdown: a connection on which nothing came or went for so long is not in the middle of a message. */
export const SHUTDOWN_QUIET_MS = 100;

/** How long dialling may take, and the head start that one address of a name has over the next (RFC 8305, section 5). */
export const CONNECT_TIMEOUT_MS = 30_000;
export const ATTEMPT_DELAY_MS = 250;

/** The longest payload of a UDP datagram over IPv4: 65,535 bytes less the headers (RFC 768). */
export const MAX_DATAGRAM_BYTES = 65_507;

/** Datagrams of one socket that may wait to be sent, however short: each takes room for its address too. */
export const MAX_QUEUED_DATAGRAMS = 65_536;

/** How often the log tells of what happens again and again, and how many kinds of it are told apart. */
export const REPEAT_LOG_MS = 1000;
export const MAX_REPEAT_KINDS = 64;

/** What a line of the log holds: of a text in a field, of a message, of a stack, and how many values, nested how deep. */
export const LOG_TEXT_CHARACTERS = 256;
export const LOG_MESSAGE_CHARACTERS = 1024;
export const LOG_STACK_LINES = 20;
export const LOG_LINE_VALUES = 128;
export const LOG_DEPTH_LEVELS = 5;

/** A configuration file: it is read in the loop, and all settings there are take a tenth of it. */
export const CONFIG_FILE_BYTES = 64 * 1024;

/** How much of the log may wait for a disk that is full; what comes beyond that is lost. */
export const LOG_BACKLOG_CHARACTERS = 1024 * 1024;

/** What the admin endpoint takes: bytes of a request's head and body, connections, and how long one may take over its head and all of it. */
export const ADMIN_HEAD_BYTES = 8 * 1024;
export const ADMIN_BODY_BYTES = 4 * 1024;
export const ADMIN_CONNECTIONS = 64;
export const ADMIN_HEAD_MS = 5000;
export const ADMIN_REQUEST_MS = 10_000;

/** How often the admin endpoint looks for those that take too long, and how long it waits for its last answers when it closes. */
export const ADMIN_SWEEP_MS = 1000;
export const ADMIN_LINGER_MS = 1000;

/** The loop is healthy if it runs a posted task within this time. */
export const HEALTHY_TURN_MS = 1000;

/** How long a worker's answer is waited for when an operator asks all of them. */
export const WORKER_ANSWER_MS = 1000;

/** Connections that the admin endpoint lists unless told otherwise, and at most; and those it asks the kernel about to sort them, a system call each. */
export const LISTED_CONNECTIONS = 100;
export const MAX_LISTED_CONNECTIONS = 1000;
export const MAX_MEASURED_CONNECTIONS = 5000;

/** A shorter bearer token could be guessed. */
export const MIN_TOKEN_CHARACTERS = 16;

/** Default for the bytes that all connections of a reactor may have queued together. */
export const MAX_TOTAL_QUEUED_BYTES = 1024 * 1024 * 1024;

/** Default: who keeps the loop for longer than this in one go has stalled it. It is about as long as a person takes to notice. */
export const STALL_MS = 100;

/** For so long after a stall each call is measured by itself, so that the next one is named exactly. */
export const STALL_WATCH_MS = 60_000;

/** Connections that are named, of all whose handlers are pending when a reactor is closed. */
export const MAX_LEFT_CONNECTIONS = 10;

/** Shared memory for the numbers that a reactor keeps of itself; plugins that are told apart in it, and room for their names. */
export const METERS_BYTES = 8 * 1024;
export const MAX_METERED_PLUGINS = 32;
export const METERED_NAME_BYTES = 64;

/** Slots of one reactor. Slot and generation must fit a safe integer together: 21 + 32 bits = 53. */
export const MAX_SLOTS = 2 ** 21;

/** How often a supervisor is told what has changed, and, while the service drains, that it needs this much more time. */
export const STATUS_REFRESH_MS = 10_000;
export const STOP_EXTENSION_MS = 30_000;

/** The longest status text for a supervisor; systemd ignores notifications of more than 4096 bytes as a whole. */
export const STATUS_BYTES = 1024;

/** A message between a process and the one that takes over from it; a socket that is passed on takes a hundred bytes or two of it. */
export const TAKEOVER_MESSAGE_BYTES = 64 * 1024;

/** Processes that may wait for the one takeover that is under way. */
export const TAKEOVER_BACKLOG_CONNECTIONS = 8;

/** How long a process that has died may take to give its descriptors back, one after the other. */
export const TAKEOVER_REMAINS_MS = 100;

/** The longest that a dedicated loop blocks, so that Node's own timers and signals in that thread are served. */
export const DEDICATED_WAIT_MS = 100;

/** The same while a handler's promise is pending: it may wait for something that only Node's loop brings. */
export const DEDICATED_PENDING_WAIT_MS = 1;

/** Loops of one group; their connections may be on their way to each of them, this many. */
export const MAX_WORKERS = 256;
export const HANDOFF_RING_DESCRIPTORS = 1024;

/** How soon it is tried again to hand over what no worker had room for. */
export const HANDOFF_RETRY_MS = 5;

/** Default: a loop whose turns take longer gets no new connections. And how often that is looked at, while loops are busy and while they are not. */
export const LAG_MS = 50;
export const LOAD_LOOK_MS = 20;
export const IDLE_LOOK_MS = 100;

/** How soon a crashed worker is started again: at first, and at most, when it crashes again and again without having served for a while. */
export const RESTART_MS = 100;
export const MAX_RESTART_MS = 10_000;
export const WORKER_STABLE_MS = 10_000;

/** Node's own timers go up to here; with a longer delay one would ring at once. */
export const MAX_NODE_TIMER_MS = 2 ** 31 - 1;

/** How long a worker that must end may take over it before its thread is ended from outside. */
export const WORKER_STOP_MS = 2000;
export const FORCED_WORKER_MS = 1000;

/** How long one that is to end before it has so much as begun is given to get ready first. */
export const WORKER_START_MS = 10_000;

/** How much earlier than the main thread's the deadline of a worker's drain is, so that it can tell how it went. */
export const WORKER_MARGIN_MS = 250;

/** The ledger of descriptors has room for this many at most, two bytes each: the kernel's own limit for a process (fs.nr_open) unless it was raised. */
export const MAX_LEDGER_DESCRIPTORS = 2 ** 20;

invariant(BATCH_BYTES >= READ_BUFFER_BYTES, 'a batch must have room for one full read');
invariant(DIRECT_WRITE_BYTES <= WRITE_BLOCK_BYTES, 'a gathered write must fit a block');
invariant(LOW_WATER_BYTES < HIGH_WATER_BYTES, 'the water marks are crossed');
invariant(HIGH_WATER_BYTES < MAX_QUEUED_BYTES, 'a connection would be closed before it is slowed down');
invariant(SHUTDOWN_SWEEP_MS < SHUTDOWN_LINGER_MS, 'a shutdown looks too seldom');
invariant(ADMIN_HEAD_MS <= ADMIN_REQUEST_MS, 'the head of a request must not take longer than all of it');
invariant(MAX_LISTED_CONNECTIONS <= MAX_MEASURED_CONNECTIONS, 'connections would be listed that may not be measured');
invariant(MAX_QUEUED_BYTES < MAX_TOTAL_QUEUED_BYTES, 'one connection could queue more than all of them');
invariant(RESTART_MS <= MAX_RESTART_MS, 'a worker would be started later at first than at last');
invariant(LOAD_LOOK_MS < LAG_MS, 'a loop that lags would be seen too late');
invariant(STALL_MS < STALL_WATCH_MS, 'the next stall would not be seen');
invariant(DEDICATED_PENDING_WAIT_MS <= DEDICATED_WAIT_MS, 'a pending handler must not make the loop wait longer');
invariant(2 * STATUS_REFRESH_MS < STOP_EXTENSION_MS, 'a supervisor would lose its patience between two requests for more time');
