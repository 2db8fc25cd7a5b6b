// The runner of the pages fails if a reader would be stuck, and what one block leaves is there for the next.
import { describe, expect, it } from 'vitest';
import { parsePage } from './page.ts';
import { runPage } from './run-page.ts';

/** `~~~` replaces a fence. */
function follow(markdown: string): Promise<void> {
  const frames = { js: async (program: string) => `node '${program}'` };
  return runPage(parsePage('page.md', markdown.replaceAll('~~~', '```')), { isWhole: false, frames });
}

const SERVER = `<!-- background -->
~~~sh
node -e 'require("node:http").createServer((_, answer) => answer.end("hello")).listen(3030, "127.0.0.1")'
~~~
`.replace('listen(3030, "127.0.0.1")', 'listen("127.0.0.1:3030".split(":")[1], "127.0.0.1")');

describe('a reader is stuck', () => {
  const stuck = (name: string, markdown: string, message: string) =>
    it(name, () => expect(follow(markdown)).rejects.toThrow(message));

  stuck('when a command fails', '~~~sh\nfalse\n~~~\n', 'expected exit code 0, found 1');
  stuck('when a command inside a pipe fails', '~~~sh\nfalse | cat\n~~~\n', 'expected exit code 0, found 1');
  stuck(
    'when a command does not fail as it should',
    '<!-- exits: 1 -->\n~~~sh\ntrue\n~~~\n',
    'expected exit code 1, found 0',
  );
  stuck('when something comes out and nothing is shown', '~~~sh\necho hello\n~~~\n', 'hello');
  stuck('when another thing is shown', '~~~sh\necho hello\n~~~\n~~~text\ngoodbye\n~~~\n', 'goodbye');
  stuck(
    'when nothing comes out',
    '<!-- output not shown -->\n~~~sh\ntrue\n~~~\n',
    'expected output, found none',
  );
  stuck('when a program throws', '~~~js\nthrow new Error("no");\n~~~\n', 'expected exit code 0, found 1');
  stuck('when what it starts ends', '<!-- background -->\n~~~sh\nexit 3\n~~~\n', 'Cannot follow page.md:2');
  stuck(
    'when the backend of the page gets nothing',
    '<!-- file: sluice.yaml -->\n~~~yaml\nremoteWrite: [{ url: https://metrics.example.com/api/v1/write }]\n~~~\n',
    'requests at the backend',
  );
});

describe('a reader continues', () => {
  const goesOn = (name: string, markdown: string) => it(name, () => follow(markdown));

  goesOn(
    'with the variables and the folder of the block before',
    '~~~sh\nNAME=x; cd docs\n~~~\n~~~sh\ntest "$NAME" = x -a -e delivery.md\n~~~\n',
  );
  goesOn(
    'with the file that was shown',
    '<!-- file: a.json -->\n~~~json\n{}\n~~~\n~~~sh\ncat a.json\n~~~\n~~~text\n{}\n~~~\n',
  );
  goesOn('when a command ends as the page says', '<!-- exits: 3 -->\n~~~sh\nexit 3\n~~~\n');
  goesOn('past what needs another program', '<!-- needs: ghost -->\n~~~sh\nghost\n~~~\n');
  goesOn(
    'at the port that the page names',
    `${SERVER}~~~sh\ncurl http://localhost:3030/\n~~~\n~~~text\nhello\n~~~\n`,
  );
  goesOn('when one program takes the place of another', `${SERVER}${SERVER}`);
});
