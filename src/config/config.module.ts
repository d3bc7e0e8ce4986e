import { type DynamicModule, Module } from '@nestjs/common';
import { ServiceConfig } from './service-config';

/** Makes the settings injectable everywhere. */
@Module({})
export class ConfigModule {
  static with(config: ServiceConfig): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: ServiceConfig, useValue: config }],
      exports: [ServiceConfig],
    };
  }
}
