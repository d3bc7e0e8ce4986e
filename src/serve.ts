import 'reflect-metadata';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import type { Logger } from 'pino';
import { AppModule } from './app.module';
import type { ServiceConfig } from './config/service-config';
import { GrpcServer } from './grpc/grpc-server';
import { createLogger, FrameworkLogger } from './logger';
import { VERSION } from './package-info';
import { stopOnSignals } from './stop-on-signals';

/** Starts the service; returns once it is ready. */
export async function serve(config: ServiceConfig): Promise<void> {
  setLogVerbosity(logVerbosity.NONE);
  const logger = createLogger(config.logLevel);
  const app = await createApp(config, logger);
  stopOnSignals(() => app.close(), logger);
  await app.listen();
  const server = app.get(GrpcServer);
  logger.info({ ...server.addresses, version: VERSION, maxMessageBytes: config.maxMessageBytes }, 'ready');
}

async function createApp(config: ServiceConfig, logger: Logger): Promise<INestMicroservice> {
  const options: AsyncMicroserviceOptions = {
    inject: [GrpcServer],
    useFactory: (strategy: GrpcServer) => ({ strategy }),
  };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a class only in name
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(AppModule.with(config, logger), {
    ...options,
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(FrameworkLogger));
  return app;
}
