/** The public names of @edgeloop/reactor/service: what a program needs to run as a service. */
export { Supervisor, type Status, type SupervisorOptions } from './supervisor.js';
