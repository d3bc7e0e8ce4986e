/** The value below which half of them are. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the fraction `q` of them is, between the two nearest. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return low + (high - low) * (at - Math.floor(at));
}

/** Values by key, in the order the keys came. */
export class Samples<Key extends string> {
  private readonly values = new Map<Key, number[]>();

  add(key: Key, value: number): void {
    const values = this.values.get(key);
    if (values === undefined) this.values.set(key, [value]);
    else values.push(value);
  }

  has(key: Key): boolean {
    return this.values.has(key);
  }

  median(key: Key): number {
    return median(this.values.get(key) ?? []);
  }

  /** Median of the ratios of samples taken side by side, which a machine that slows down leaves alone. */
  ratio(key: Key, to: Key): number {
    const others = this.values.get(to) ?? [];
    return median((this.values.get(key) ?? []).map((value, i) => value / (others[i] ?? Number.NaN)));
  }
}
