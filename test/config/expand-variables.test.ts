import { describe, expect, it } from 'vitest';
import { expandVariables } from '../../src/config/expand-variables.ts';

const ENV = { HOST: 'h1', EMPTY: '', DOLLAR: `\${HOST}$$`, _x9: 'u' };

function refused(text: string, problem: string): void {
  expect(expandVariables(text, ENV)).toEqual({ kind: 'refused', problem });
}

function expanded(text: string, result: string): void {
  expect(expandVariables(text, ENV)).toEqual({ kind: 'expanded', text: result });
}

describe('expandVariables', () => {
  it('refuses an unset variable without a default and names it', () => {
    refused(
      `a\${NOT_SET}b`,
      `expected environment variable NOT_SET to be set, found it unset (write \${NOT_SET:default} to give a default)`,
    );
    refused(
      `\${toString}`,
      `expected environment variable toString to be set, found it unset (write \${toString:default} to give a default)`,
    );
  });

  it('refuses shell operators and says what to write', () => {
    for (const operator of ['-', '=', '?', '+']) {
      refused(
        `\${X:${operator}y}`,
        `expected "\${X:default}", found "\${X:${operator}", which is shell syntax and not understood here ` +
          `(a default that starts with "${operator}" goes in quotes: \${X:"${operator}…"})`,
      );
    }
  });

  it('refuses what is not a variable name and does not quote it', () => {
    const problem =
      'expected a variable name of letters, digits and "_" after "${", found something else (write "$$" for a dollar sign)';
    for (const text of [`\${1}`, `\${}`, `\${a-b}`, `\${ A}`, `\${A b:c}`, `\${:x}`]) refused(text, problem);
  });

  it('refuses a reference without its end and one inside another', () => {
    refused(`a \${HOST`, 'expected "}" after "${", found the end of the value');
    refused(`\${A:\${HOST}}`, 'expected a plain default for variable A, found another variable in it');
  });

  it('takes the value of a set variable, also an empty one', () => {
    expanded(`\${HOST}`, 'h1');
    expanded(`<\${HOST}:\${_x9}>`, '<h1:u>');
    expanded(`\${EMPTY:default}`, '');
    expanded(`\${HOST:default}`, 'h1');
  });

  it('takes everything after the first colon as default', () => {
    expanded(`\${X:0.0.0.0:3030}`, '0.0.0.0:3030');
    expanded(`\${X:}`, '');
    expanded(`\${X:""}`, '');
    expanded(`\${X:''}`, '');
    expanded(`\${X:"-5"}`, '-5');
    expanded(`\${X:a "b"}`, 'a "b"');
  });

  it('turns two dollar signs into one and leaves a lone one', () => {
    expanded('a$$b', 'a$b');
    expanded(`$$\${HOST}`, '$h1');
    expanded(`$$$\${HOST}`, '$$' + '{HOST}');
    expanded('$$$5', '$$5');
    for (const text of ['', 'plain', '$', 'a$', '$1 $HOST', 'cost: 5$']) {
      expect(expandVariables(text, ENV)).toEqual({ kind: 'unchanged' });
    }
  });

  it('does not expand what a variable expands to', () => {
    expanded(`\${DOLLAR}`, `\${HOST}$$`);
  });
});
