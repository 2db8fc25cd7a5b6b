// Other defaults than those of the schema, for a place where the program runs that calls for them: an object of the file's
// shape that stands behind what is configured.

export type ConfigDefaults = Readonly<Record<string, unknown>>;

/** `value` with what it lacks of `defaults`. The one item of a list of defaults stands behind every item of the list. */
export function withDefaults(value: unknown, defaults: unknown): unknown {
  if (Array.isArray(defaults)) {
    return Array.isArray(value) ? value.map((item) => withDefaults(item, defaults[0])) : value;
  }
  if (!isMapping(defaults) || (value !== undefined && !isMapping(value))) return value ?? defaults;
  const merged: Record<string, unknown> = { ...value };
  for (const [key, below] of Object.entries(defaults)) {
    const filled = withDefaults(merged[key], below);
    if (filled !== undefined) merged[key] = filled;
  }
  return merged;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
