import { type FieldViolation, ValidationError } from '../../errors/rpc.errors';

/** As many as are told: they travel in a header, which has a limit. */
const MOST = 16;

/** Gathers what is wrong with a request that has too many parts for a DTO. */
export class Violations {
  private readonly found: FieldViolation[] = [];

  add(field: string, description: string): void {
    if (this.found.length < MOST) {
      this.found.push({ field, description });
    }
  }

  /** The value, or its absence noted as a violation. */
  need<T>(value: T | undefined, field: string, description: string): T | undefined {
    if (value === undefined) {
      this.add(field, description);
    }
    return value;
  }

  /** Throws a ValidationError if anything is wrong. */
  throwAny(): void {
    if (this.found.length > 0) {
      throw new ValidationError(this.found);
    }
  }
}
