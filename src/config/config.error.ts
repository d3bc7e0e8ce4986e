/** A setting or the place the service runs in won't do. The message is one sentence for whoever starts it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
