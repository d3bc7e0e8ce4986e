import { Module } from '@nestjs/common';
import { BindingsEngine } from './bindings-engine';
import { Engine } from './engine';

@Module({
  providers: [{ provide: Engine, useClass: BindingsEngine }],
  exports: [Engine],
})
export class EngineModule {}
