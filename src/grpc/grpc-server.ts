import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { Injectable } from '@nestjs/common';
import { ServerGrpc } from '@nestjs/microservices';
import { PinoLogger } from 'nestjs-pino';
import { resolveLoopback } from '../config/loopback';
import { ServiceConfig } from '../config/service-config';
import { HealthService } from '../modules/health/health.service';
import { listenTcp, listenUnix } from './listeners';
import { OpenStreams } from './open-streams';
import { API_PACKAGE, loadDescriptors, serviceDefinitions } from './package-definition';
import { serverOptions } from './server-options';
import { loggedMethod, type RpcHandler, unaryMethod, type UnaryMethod } from './unary-call';

/** How long a forced stop may take to tear its connections down. */
const FORCE_MS = 1_000;

/** Where the server listens. */
export interface Addresses {
  readonly tcp: readonly string[];
  readonly unix: string | undefined;
}

/**
 * Nest's gRPC transport with what it lacks: several listeners, which open once every service is there; a stop that
 * drains and never hangs; and a unary path without the detour over an Observable.
 */
@Injectable()
export class GrpcServer extends ServerGrpc {
  private readonly streams = new OpenStreams();
  private server: Server | undefined;
  private listening: Addresses = { tcp: [], unix: undefined };

  constructor(
    private readonly config: ServiceConfig,
    private readonly health: HealthService,
    private readonly log: PinoLogger,
  ) {
    super({ package: API_PACKAGE, packageDefinition: serviceDefinitions() });
    log.setContext(GrpcServer.name);
  }

  /** Where the server listens; nothing before it started. */
  get addresses(): Addresses {
    return this.listening;
  }

  override createClient(): Promise<Server> {
    this.server = new Server(serverOptions(this.config.maxMessageBytes));
    return Promise.resolve(this.server);
  }

  override async start(callback?: () => void): Promise<void> {
    await this.bindEvents();
    const server = this.running();
    const host = this.streams.track(server);
    this.health.implementation.addToServer(host);
    new ReflectionService(loadDescriptors()).addToServer(host);
    await this.open(server);
    this.health.start();
    callback?.();
  }

  override createUnaryServiceMethod(handler: RpcHandler): UnaryMethod {
    const method = unaryMethod(handler);
    const logger = this.log.logger;
    return logger.isLevelEnabled('debug') ? loggedMethod(method, logger) : method;
  }

  /** Tells the clients, ends what would stay open, waits for the calls in flight, and at last drops them. */
  override async close(): Promise<void> {
    const server = this.server;
    if (server === undefined) {
      return;
    }
    this.server = undefined;
    this.health.stop();
    const drained = new Promise<boolean>((resolve) => server.tryShutdown(() => resolve(true)));
    this.streams.endAll();
    const timeout = new AbortController();
    const late = delay(this.config.shutdownTimeoutMs, false, { signal: timeout.signal }).catch(() => true);
    if (await Promise.race([drained, late])) {
      timeout.abort();
      return;
    }
    this.log.warn({ timeoutMs: this.config.shutdownTimeoutMs }, 'calls were still in flight: they are dropped');
    this.force(server);
    await Promise.race([drained, delay(FORCE_MS)]);
  }

  private async open(server: Server): Promise<void> {
    try {
      const { host, port, unix } = this.config;
      const tcp = port === undefined ? [] : await listenTcp(server, await resolveLoopback(host), port);
      this.listening = { tcp, unix: undefined };
      if (unix !== undefined) {
        await listenUnix(server, unix);
        this.listening = { tcp, unix };
      }
    } catch (error) {
      server.forceShutdown();
      this.server = undefined;
      throw error;
    }
  }

  /** grpc-js drops the connections of a bound address when it drains it; forceShutdown alone would leave them. */
  private force(server: Server): void {
    const { tcp, unix } = this.listening;
    for (const address of unix === undefined ? tcp : [...tcp, `unix:${unix}`]) {
      server.drain(address, 0);
    }
    server.forceShutdown();
  }

  private running(): Server {
    if (this.server === undefined) {
      throw new Error('the gRPC server is closed');
    }
    return this.server;
  }
}
