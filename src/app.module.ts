import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { ConfigModule } from './config/config.module';
import type { ServiceConfig } from './config/service-config';
import { RpcErrorFilter } from './errors/rpc-error.filter';
import { GrpcModule } from './grpc/grpc.module';
import { FrameworkLogger, loggerParams } from './logger';
import { HealthModule } from './modules/health/health.module';
import { MailboxModule } from './modules/mailbox/mailbox.module';
import { SystemModule } from './modules/system/system.module';
import { RequestPipe } from './validation/request.pipe';

@Module({})
export class AppModule {
  static with(config: ServiceConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        LoggerModule.forRoot(loggerParams(logger)),
        GrpcModule,
        HealthModule,
        MailboxModule,
        SystemModule,
      ],
      providers: [
        FrameworkLogger,
        { provide: APP_FILTER, useClass: RpcErrorFilter },
        { provide: APP_PIPE, useClass: RequestPipe },
      ],
    };
  }
}
