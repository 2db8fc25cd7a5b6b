// Describes a value of the configuration in an error message.
/** For values that may be shown. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : describeKind(value);
}

/** For values that may be secret: what kind of thing it is, never the thing. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (value === '') return 'an empty value';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  if (typeof value === 'boolean') return 'a boolean';
  return Array.isArray(value) ? 'a list' : 'a mapping';
}
