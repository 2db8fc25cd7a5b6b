// Sample values as Prometheus's query API writes them: shortest text that reads back as the same number.

/** `+Inf`, `-Inf`, `NaN`, `42`, `1e-07`; exponents below 1e-6 and from 1e21 on, with two digits at least. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Object.is(value, -0)) return '-0';
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}
