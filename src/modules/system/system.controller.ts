import { Controller } from '@nestjs/common';
import { GrpcMethod, Payload } from '@nestjs/microservices';
import type { GetSystemResponse, InitializeResponse, ShutdownResponse } from '../../generated/slmbx/v1/system';
import { VERSION } from '../../package-info';
import { Engine } from '../engine/engine';
import { InitializeDto } from './dto/initialize.dto';

const SERVICE = 'SystemService';
/** Enough levels for 2³² mailboxes at the default chance of 1/4. */
const DEFAULT_MAX_POINTERS = 16;
const DEFAULT_INVERSE_PROBABILITY = 4;

/** slmbx.v1.SystemService. */
@Controller()
export class SystemController {
  constructor(private readonly engine: Engine) {}

  @GrpcMethod(SERVICE)
  initialize(@Payload() request: InitializeDto): InitializeResponse {
    const { maxPointers = DEFAULT_MAX_POINTERS, inverseProbability = DEFAULT_INVERSE_PROBABILITY } = request;
    this.engine.initialize(maxPointers, inverseProbability);
    return {};
  }

  @GrpcMethod(SERVICE)
  shutdown(): ShutdownResponse {
    this.engine.shutdown();
    return {};
  }

  @GrpcMethod(SERVICE)
  getSystem(): GetSystemResponse {
    return { engine: this.engine.kind(), initialized: this.engine.isInitialized(), version: VERSION };
  }
}
