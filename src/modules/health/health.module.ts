import { Module } from '@nestjs/common';
import { EngineModule } from '../engine/engine.module';
import { HealthService } from './health.service';

@Module({
  imports: [EngineModule],
  providers: [HealthService],
  exports: [HealthService],
})
export class HealthModule {}
