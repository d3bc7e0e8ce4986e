import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { Validator } from 'class-validator';
import { ValidationError } from '../errors/rpc.errors';
import { type QuickCheck, quickCheck } from './quick-check';

type Dto = new () => object;

/**
 * Checks a decoded message by the handler's DTO class. The codec has made each field of its type and left out what
 * it doesn't know, so the message is used as it is: nothing walks or copies its bytes.
 */
@Injectable()
export class RequestPipe implements PipeTransform<object, object> {
  private readonly validator = new Validator();
  private readonly quickChecks = new Map<Dto, QuickCheck | undefined>();

  transform(value: object, { metatype }: ArgumentMetadata): object {
    if (metatype === undefined || metatype === Object) {
      return value;
    }
    if (this.quickCheckOf(metatype)?.(value) !== true) {
      this.validate(value, metatype);
    }
    return value;
  }

  private quickCheckOf(dto: Dto): QuickCheck | undefined {
    let check = this.quickChecks.get(dto);
    if (check === undefined && !this.quickChecks.has(dto)) {
      check = quickCheck(dto);
      this.quickChecks.set(dto, check);
    }
    return check;
  }

  private validate(value: object, dto: Dto): void {
    const request: object = Object.assign(new dto(), value);
    const failures = this.validator.validateSync(request, { forbidUnknownValues: true });
    if (failures.length > 0) {
      throw new ValidationError(
        failures.map(({ property, constraints }) => ({
          field: protoName(property),
          description: Object.values(constraints ?? {}).join(', '),
        })),
      );
    }
  }
}

/** `mailboxId` is `mailbox_id` in the proto. */
function protoName(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
