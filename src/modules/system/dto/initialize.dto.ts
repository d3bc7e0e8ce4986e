import { IsOptional } from 'class-validator';
import type { InitializeRequest } from '../../../generated/slmbx/v1/system';
import { IsOneOf, IsUint32 } from '../../../validation/validators';

export class InitializeDto implements InitializeRequest {
  @IsOptional()
  @IsUint32(1)
  maxPointers?: number | undefined;

  @IsOptional()
  @IsOneOf([2, 4, 8, 16])
  inverseProbability?: number | undefined;
}
