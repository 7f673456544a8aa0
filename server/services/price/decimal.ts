/** Millionths as a decimal with six places: 12500n → `0.012500`. */
export const decimalOf = (micros: bigint): string =>
  `${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, '0')}`;

/** A decimal with at most six places as millionths: `0.0125` → 12500n. */
export function microsOf(decimal: string): bigint {
  const [whole = '0', part = ''] = decimal.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0'));
}

/** A quotient of whole numbers, rounded half up to the nearest. */
export const divideRounded = (value: bigint, divisor: bigint): bigint => (value + divisor / 2n) / divisor;
