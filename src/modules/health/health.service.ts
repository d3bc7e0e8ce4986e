import { Injectable } from '@nestjs/common';
import { HealthImplementation } from 'grpc-health-check';
import { PinoLogger } from 'nestjs-pino';
import { MailboxServiceService } from '../../generated/slmbx/v1/mailbox';
import { SystemServiceService } from '../../generated/slmbx/v1/system';
import { Engine } from '../engine/engine';
import { EngineError } from '../engine/engine.errors';

/** How stale an answer of health may be. A look costs one engine call. */
const PROBE_INTERVAL_MS = 1_000;

/** `''` stands for the server as a whole. */
const SERVICES: readonly string[] = [
  '',
  serviceName(MailboxServiceService.sendMessage.path),
  serviceName(SystemServiceService.getSystem.path),
];

/** grpc.health.v1.Health: SERVING while an engine answers, initialized or not, and this service isn't stopping. */
@Injectable()
export class HealthService {
  readonly implementation = new HealthImplementation(Object.fromEntries(SERVICES.map((name) => [name, 'NOT_SERVING'])));
  /** undefined until the engine was first looked at. */
  private serving: boolean | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(HealthService.name);
  }

  /** Looks at the engine now and again from here on. */
  start(): void {
    this.probe();
    this.timer = setInterval(() => this.probe(), PROBE_INTERVAL_MS).unref();
  }

  /** NOT_SERVING from here on. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.set(false);
  }

  private probe(): void {
    try {
      this.engine.isInitialized();
      if (this.serving !== true) {
        this.logger.info({ engine: this.engine.kind() }, 'the mailbox engine answers');
      }
      this.set(true);
    } catch (error) {
      if (this.serving !== false) {
        const reason = error instanceof EngineError ? { errno: error.errno } : { err: error };
        this.logger.warn(reason, "the mailbox engine doesn't answer");
      }
      this.set(false);
    }
  }

  private set(serving: boolean): void {
    if (serving === this.serving) {
      return;
    }
    this.serving = serving;
    for (const name of SERVICES) {
      this.implementation.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
    }
  }
}

/** `slmbx.v1.MailboxService` of `/slmbx.v1.MailboxService/SendMessage`. */
function serviceName(path: string): string {
  return path.split('/')[1] ?? '';
}
