// A query that cannot be answered: a selector, pattern or parameter that does not parse, or an answer that is too large.

export class QueryError extends SyntaxError {
  override readonly name = 'QueryError';
}
