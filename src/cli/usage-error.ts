// Arguments that a command cannot run with. Its message is the sentence behind `sluice: `, and holds no credentials.

export class UsageError extends SyntaxError {
  override readonly name = 'UsageError';
}
