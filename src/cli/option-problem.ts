// What is wrong with the options of a command, in the words of Node.

/** Without Node's advice on arguments that begin with "-", which no command takes. */
export function optionProblem(error: unknown): string {
  return (error as Error).message.replace(/\. To specify a positional argument .*$/s, '');
}
