/** The public names of @edgeloop/reactor/service: what a server command is put together from. */
export { ProgramError, UsageError, runProgram } from './program.js';
export { type ServerArguments, runServerTask, serverArguments, tooMany } from './server-arguments.js';
export { runService, type Service, type ServiceDefinition, type ServiceTelemetry } from './service.js';
export type { Serving, Workers } from './serving.js';
export { Supervisor, type Status, type SupervisorOptions } from './supervisor.js';
