import 'reflect-metadata';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import type { Logger } from 'pino';
import { AppModule } from './app.module';
import { ConfigError } from './config/config.error';
import { type LoadedConfig, loadConfig, usage } from './config/load-config';
import { makeRuntimeDirectory } from './config/runtime-dir';
import { GrpcServer } from './grpc/grpc-server';
import { createLogger, FrameworkLogger } from './logger';
import { VERSION } from './package-info';
import { stopOnSignals } from './stop-on-signals';

const EXIT_FAILURE = 1;

/** Runs the service. What keeps it from starting is one sentence on standard error and exit code 1. */
export async function bootstrap(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const uid = process.geteuid?.() ?? 0;
    const invocation = loadConfig(args, env, uid);
    if (invocation.kind === 'serve') {
      await serve(invocation.config, uid);
    } else {
      process.stdout.write(invocation.kind === 'help' ? usage() : `${VERSION}\n`);
    }
  } catch (error) {
    const text = error instanceof ConfigError ? error.message : `The service can't start: ${describe(error)}`;
    process.stderr.write(`slmbx-service: ${text}\n`);
    process.exitCode = EXIT_FAILURE;
  }
}

async function serve(config: LoadedConfig, uid: number): Promise<void> {
  if (config.runtimeDirectory !== undefined) {
    makeRuntimeDirectory(config.runtimeDirectory, uid);
  }
  // Whatever this process makes from here on is its own uid's alone, the Unix socket in the first place.
  process.umask(0o077);
  setLogVerbosity(logVerbosity.NONE);

  const logger = createLogger(config.logLevel);
  const app = await createApp(config, logger);
  stopOnSignals(() => app.close(), logger);
  await app.listen();
  const server = app.get(GrpcServer);
  logger.info({ ...server.addresses, version: VERSION, maxMessageBytes: config.maxMessageBytes }, 'ready');
}

async function createApp(config: LoadedConfig, logger: Logger): Promise<INestMicroservice> {
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

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
