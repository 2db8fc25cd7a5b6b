// Quotes text of clients in error messages: cut to a readable length, and without anything that could start a second line.
// Used by the intake, the parsers and the commands.

const MAX_SHOWN = 60;
/** What JSON leaves as it is although it moves a terminal or ends a line: DEL, the C1 controls, U+2028 and U+2029. */
const UNSEEN = /[\u007f-\u009f\u2028\u2029]/g;

export function quote(text: string, maxShown = MAX_SHOWN): string {
  const shown = text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
  return JSON.stringify(shown).replace(UNSEEN, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
