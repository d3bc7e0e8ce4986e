import { Module } from '@nestjs/common';
import { HealthModule } from '../modules/health/health.module';
import { GrpcServer } from './grpc-server';

@Module({
  imports: [HealthModule],
  providers: [GrpcServer],
  exports: [GrpcServer],
})
export class GrpcModule {}
