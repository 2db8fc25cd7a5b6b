// A question that cannot be answered as it was put: a selector, a pattern or a parameter that does not parse.

export class QueryError extends SyntaxError {
  override readonly name = 'QueryError';
}
