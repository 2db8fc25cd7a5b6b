// The runner of the pages itself: what it must not overlook.
import { describe, expect, it } from 'vitest';
import { checkStep } from './check-step.ts';
import { parsePage } from './page.ts';
import { masked, shows, showsAmong } from './shown-output.ts';
import { stepsOf } from './steps.ts';

/** Reads a page; `~~~` replaces a fence. */
function steps(markdown: string) {
  return stepsOf(parsePage('page.md', markdown.replaceAll('~~~', '```')));
}

function check(markdown: string): void {
  for (const step of steps(markdown)) checkStep(step);
}

describe('a page is refused', () => {
  const refused = (name: string, markdown: string, message: string) =>
    it(name, () => expect(() => check(markdown)).toThrow(message));

  refused('when a block has no end', '~~~sh\ntrue\n', 'Cannot read page.md:1: expected the end of the block');
  refused(
    'when a mark is above running text',
    '<!-- needs: go -->\nText\n',
    'Cannot read page.md:2: expected a block under <!-- needs',
  );
  refused(
    'when a mark is at its end',
    '# Page\n\n<!-- needs: go -->\n',
    'Cannot read page.md: expected a block under its last mark',
  );
  refused(
    'when a mark is not known',
    '<!-- skip -->\n~~~sh\ntrue\n~~~\n',
    'Cannot test page.md:2: expected one of not run, background, exits, needs, frame, file, from, output not shown, chart values, found <!-- skip -->',
  );
  refused(
    'when no test knows what to do with a block',
    '~~~rust\nfn main() {}\n~~~\n',
    'Cannot test page.md:1: expected a mark such as <!-- not run: ... -->, found a block of rust that no test runs',
  );
  refused(
    'when output belongs to no command',
    '~~~text\nok\n~~~\n',
    'Cannot test page.md:1: expected a mark such as <!-- not run: ... -->, found a block of text that no test runs',
  );
  refused(
    'when output belongs to a command of another section',
    '~~~sh\ntrue\n~~~\n## Other\n~~~text\nok\n~~~\n',
    'Cannot test page.md:5: expected a mark such as <!-- not run: ... -->, found a block of text that no test runs',
  );
  refused(
    'when a reason is not one of the list',
    '<!-- not run: too lazy -->\n~~~sh\ntrue\n~~~\n',
    'found <!-- not run: too lazy -->',
  );
  refused(
    'when a reason does not apply',
    '<!-- not run: needs a cluster -->\n~~~sh\ntrue\n~~~\n',
    'Cannot test page.md:2: expected a block that the reason applies to, found <!-- not run: needs a cluster -->',
  );
  refused(
    'when a configuration calls itself an illustration',
    '<!-- not run: an illustration -->\n~~~yaml\nremoteWrite: []\n~~~\n',
    'Cannot test page.md:2: expected a block that the reason applies to, found <!-- not run: an illustration -->',
  );
  refused(
    'when a mark says nothing about its block',
    '<!-- background -->\n~~~json\n{}\n~~~\n',
    'Cannot test page.md:2: expected a mark that says something about this block, found <!-- background -->',
  );
  refused(
    'when a block does not have the program that it needs',
    '<!-- needs: helm -->\n~~~sh\ntrue\n~~~\n',
    'Cannot test page.md:2: expected helm in the block, found <!-- needs: helm -->',
  );
  refused('when JSON cannot be read', '~~~json\n{,}\n~~~\n', 'JSON');
  refused(
    'when a configuration cannot be used',
    '~~~yaml\nlistenAdress: 0.0.0.0:3030\n~~~\n',
    'Cannot test page.md:1: expected a mark such as <!-- not run: ... -->, found a block of yaml that no test runs',
  );
  refused(
    'when a key of a configuration is wrong',
    '~~~yaml\npush: { pushgateway: { enable: true } }\n~~~\n',
    'enabled',
  );
  refused(
    'when a manifest is none',
    '~~~yaml\nkind: Pod\n~~~\n',
    'Cannot read page.md:1: expected apiVersion',
  );
  refused(
    'when it quotes what is not there',
    '<!-- from: package.json -->\n~~~json\n{ "name": "other" }\n~~~\n',
    'Cannot check page.md:2: expected lines of package.json, found others',
  );
  refused(
    'when it quotes a missing file',
    '<!-- from: nowhere.cfg -->\n~~~\nx\n~~~\n',
    'Cannot check page.md:2: expected the file nowhere.cfg, found none',
  );
});

describe('a page is read', () => {
  const kinds = (name: string, markdown: string, wanted: readonly string[]) =>
    it(name, () => expect(steps(markdown).map(({ treatment }) => treatment.kind)).toEqual(wanted));

  kinds('with commands and what they print', '~~~sh\ntrue\n~~~\n~~~text\nok\n~~~\n', ['run', 'output']);
  kinds('with output after a sentence about it', '~~~bash\ntrue\n~~~\nIt says:\n~~~text\nok\n~~~\n', [
    'run',
    'output',
  ]);
  kinds('with blocks inside a list', '- do:\n  ~~~sh\n  true\n  ~~~\n', ['run']);
  kinds('with a configuration', '~~~yaml\nremoteWrite: []\n~~~\n', ['configuration']);
  kinds('with a manifest', '~~~yaml\napiVersion: v1\nkind: Pod\n~~~\n', ['manifest']);
  kinds('with a reason', '<!-- not run: needs .NET -->\n~~~csharp\nx\n~~~\n', ['notRun']);

  it('with the text of a block without its indentation', () => {
    expect(steps('- do:\n  ~~~sh\n  if true\n    then x\n  ~~~\n')[0]?.block.text).toBe(
      'if true\n  then x\n',
    );
  });
});

describe('shown output', () => {
  const same = (name: string, shown: string, printed: string, wanted: boolean) =>
    it(name, () => expect(shows(shown, printed)).toBe(wanted));

  same('is not another text', 'a 1', 'a 2', false);
  same('is not a part of what is printed', 'a\n', 'a\nb\n', false);
  same('is not nothing', '', 'a', false);
  same('is the same but for times', '{"value":[1795235005.53,"42"]}', '{"value":[1795235999,"42"]}', true);
  same('leaves out lines for three dots', 'a\n...\nd\n', 'a\nb\nc\nd\n', true);
  same('leaves out no line for three dots too', 'a\n...\nd\n', 'a\nd\n', true);
  same('has what follows three dots', 'a\n...\nd\n', 'a\nb\nc\n', false);
  same('takes signs of expressions as they are', 'a.c [x]*', 'abc [x]*', false);

  it('keeps numbers that are not times', () => {
    expect(masked('port 3030, 182733, 1.7e9')).toBe('port 3030, 182733, 1.7e9');
  });

  it('of a program in the background is part of its log', () => {
    expect(showsAmong('a\nb\n', '{"event":"x"}\na\n{"event":"y"}\nb\n')).toBe(true);
    expect(showsAmong('a\nb\n', 'b\na\n')).toBe(false);
  });
});
