/** The public names of @edgeloop/reactor/service: what a server command is put together from. */
export { runService, type Service, type ServiceDefinition, type ServiceTelemetry } from './service.js';
export { Supervisor, type Status, type SupervisorOptions } from './supervisor.js';
