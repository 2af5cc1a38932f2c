import { EdgeloopError } from '../errors.js';

/** EL_CONFIG_INVALID, with everything that is wrong in a configuration at once. */
export class ConfigurationError extends EdgeloopError {
  /** Each in one line, for a person. */
  constructor(readonly complaints: readonly string[]) {
    super('EL_CONFIG_INVALID', complaints.join('\n'));
  }
}
