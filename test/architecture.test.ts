// The arrows of the architecture hold, and every rule about them bites.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Sources, violations } from './support/source-rules.ts';

const SRC = new URL('../src/', import.meta.url);
/** Made-up files that others may import. */
const SOUND: Sources = new Map(
  [
    ...['main.ts', 'dev.ts', 'version.ts', 'collector.ts', 'intake/a.ts', 'transcode/a.ts', 'delivery/a.ts'],
    ...['exposition/a.ts', 'remotewrite/a.ts', 'labels/a.ts', 'wire/a.ts', 'wire/b.ts', 'config/a.ts'],
    ...['wire/snappy-block-reader.ts'],
    ...['telemetry/a.ts', 'devbackend/a.ts', 'elsewhere/a.ts', 'loose.ts', 'cli/a.ts', 'lambda/a.ts'],
    ...[
      'relabel/a.ts',
      'staleness/a.ts',
      'decompress/a.ts',
      'exposition/text/a.ts',
      'exposition/protobuf/a.ts',
      'remotewrite/v2/a.ts',
    ],
    ...['push', 'operations', 'waiting', 'paths', 'http', 'outcome'].map((room) => `intake/${room}/a.ts`),
    ...['lanes', 'send', 'upstream', 'auth', 'spool', 'block', 'http'].map((room) => `delivery/${room}/a.ts`),
  ].map((file) => [file, '// A comment.\n']),
);

/** What is wrong when one file of the sound tree has this text after its opening comment. */
function withText(file: string, text: string): string[] {
  return violations(new Map([...SOUND, [file, `// A comment.\n${text}\n`]]));
}

describe('the rules', () => {
  const refuses = (file: string, target: string, why = 'imports point down') => {
    test(`refuse that ${file} imports ${target}`, () => {
      const specifier = target.startsWith('node:') || target === 'undici' ? target : pathFrom(file, target);
      const expected = [`${file} imports ${target}: ${why}`];
      expect(withText(file, `import { a } from '${specifier}';`)).toEqual(expected);
      expect(withText(file, `export * from "${specifier}";`)).toEqual(expected);
      expect(withText(file, `import {\n  type A,\n  b,\n} from '${specifier}';`)).toEqual(expected);
      expect(withText(file, `import type { A } from '${specifier}';`)).toEqual(expected);
      expect(withText(file, `import '${specifier}';`)).toEqual(expected);
      expect(withText(file, `const a = await import('${specifier}');`)).toEqual(expected);
    });
  };
  refuses('collector.ts', 'main.ts');
  refuses('collector.ts', 'version.ts');
  refuses('collector.ts', 'cli/a.ts');
  refuses('intake/a.ts', 'cli/a.ts');
  refuses('collector.ts', 'lambda/a.ts');
  refuses('main.ts', 'lambda/a.ts');
  refuses('lambda/a.ts', 'main.ts');
  refuses('lambda/a.ts', 'devbackend/a.ts');
  refuses('intake/a.ts', 'collector.ts');
  refuses('transcode/a.ts', 'intake/a.ts');
  refuses('delivery/a.ts', 'intake/a.ts');
  refuses('delivery/a.ts', 'transcode/a.ts');
  refuses('transcode/a.ts', 'delivery/a.ts');
  refuses('exposition/a.ts', 'remotewrite/a.ts');
  refuses('remotewrite/a.ts', 'exposition/a.ts');
  refuses('exposition/a.ts', 'transcode/a.ts');
  refuses('remotewrite/a.ts', 'delivery/a.ts');
  refuses('labels/a.ts', 'exposition/a.ts');
  refuses('labels/a.ts', 'remotewrite/a.ts');
  refuses('wire/a.ts', 'labels/a.ts');
  refuses('relabel/a.ts', 'staleness/a.ts');
  refuses('relabel/a.ts', 'transcode/a.ts');
  refuses('remotewrite/a.ts', 'relabel/a.ts');
  refuses('decompress/a.ts', 'exposition/a.ts');
  refuses('exposition/a.ts', 'exposition/text/a.ts');
  refuses('exposition/text/a.ts', 'exposition/protobuf/a.ts');
  refuses('remotewrite/a.ts', 'remotewrite/v2/a.ts');
  for (const room of ['push', 'operations', 'waiting', 'paths', 'http', 'outcome'])
    refuses(`intake/${room}/a.ts`, 'intake/a.ts');
  refuses('intake/push/a.ts', 'intake/operations/a.ts');
  refuses('intake/waiting/a.ts', 'intake/push/a.ts');
  refuses('intake/outcome/a.ts', 'intake/paths/a.ts');
  const rooms = ['lanes', 'send', 'upstream', 'auth', 'http'];
  rooms.forEach((room, floor) => {
    for (const above of rooms.slice(0, floor)) refuses(`delivery/${room}/a.ts`, `delivery/${above}/a.ts`);
    refuses(`delivery/${room}/a.ts`, 'delivery/a.ts');
  });
  refuses('delivery/block/a.ts', 'delivery/send/a.ts');
  refuses('delivery/spool/a.ts', 'delivery/lanes/a.ts');
  refuses('delivery/lanes/a.ts', 'delivery/spool/a.ts');
  refuses('delivery/a.ts', 'delivery/spool/a.ts');
  for (const target of ['telemetry/a.ts', 'wire/a.ts', 'collector.ts', 'devbackend/a.ts'])
    refuses('config/a.ts', target);
  for (const target of ['wire/a.ts', 'delivery/a.ts', 'main.ts']) refuses('telemetry/a.ts', target);
  for (const target of ['config/a.ts', 'telemetry/a.ts', 'wire/a.ts', 'remotewrite/a.ts'])
    refuses('devbackend/a.ts', target);
  for (const file of ['main.ts', 'cli/a.ts', 'collector.ts', 'intake/a.ts', 'version.ts'])
    refuses(file, 'devbackend/a.ts');
  refuses('wire/a.ts', 'elsewhere/a.ts');
  refuses('elsewhere/a.ts', 'wire/a.ts');
  refuses('loose.ts', 'wire/a.ts');
  refuses('main.ts', 'loose.ts');
  refuses('wire/a.ts', '../package.json');
  refuses('wire/a.ts', 'wire/gone.ts', 'there is no such file');
  refuses('intake/a.ts', 'undici', 'intake never imports undici');
  refuses('delivery/a.ts', 'node:http', 'delivery never imports node:http');
  refuses('delivery/a.ts', 'node:https', 'delivery never imports node:http');
  for (const file of [
    'wire/a.ts',
    'intake/a.ts',
    'transcode/a.ts',
    'telemetry/a.ts',
    'lambda/a.ts',
    'delivery/a.ts',
    'collector.ts',
    'main.ts',
    'cli/a.ts',
  ])
    for (const target of ['node:fs', 'node:fs/promises'])
      refuses(file, target, 'this station reads no files');

  test('refuse that delivery imports labels and exposition, although they are below', () => {
    expect(withText('delivery/a.ts', "import { a } from '../labels/a.ts';")).toEqual([
      'delivery/a.ts imports labels/a.ts: delivery knows bytes, never labels',
    ]);
    expect(withText('delivery/a.ts', "import { a } from '../exposition/a.ts';")).toEqual([
      'delivery/a.ts imports exposition/a.ts: exposition and remotewrite meet only in transcode',
    ]);
  });

  test('refuse a circle inside a folder, and of a file with itself', () => {
    const both = new Map([
      ...SOUND,
      ['wire/a.ts', "// A.\nimport './b.ts';\n"],
      ['wire/b.ts', "// B.\nimport type { A } from './a.ts';\n"],
    ]);
    expect(violations(both)).toEqual(['wire/a.ts > wire/b.ts > wire/a.ts: imports go in a circle']);
    expect(withText('wire/a.ts', "import './a.ts';")).toEqual([
      'wire/a.ts > wire/a.ts: imports go in a circle',
    ]);
  });

  test('refuse a dynamic import of a name that is worked out', () => {
    expect(withText('main.ts', 'await import(name);')).toEqual([
      'main.ts imports computed: name: a dynamic import names its file',
    ]);
  });

  test('refuse the console, a default export and a file without a comment in front', () => {
    expect(withText('wire/a.ts', "  console.log('x');")).toEqual([
      'wire/a.ts: events go through the log, not the console',
    ]);
    expect(withText('wire/a.ts', 'export default 5;')).toEqual(['wire/a.ts: nothing is exported as default']);
    expect(withText('wire/a.ts', 'export { a as default };')).toEqual([
      'wire/a.ts: nothing is exported as default',
    ]);
    expect(violations(new Map([['wire/a.ts', '\n// Late.\n']]))).toEqual([
      'wire/a.ts: a file opens with a comment',
    ]);
  });

  test('let what the architecture allows pass', () => {
    const allowed: [string, string][] = [
      ['main.ts', 'collector.ts'],
      ['main.ts', 'version.ts'],
      ['main.ts', 'cli/a.ts'],
      ['cli/a.ts', 'dev.ts'],
      ['cli/a.ts', 'collector.ts'],
      ['lambda/a.ts', 'version.ts'],
      ['lambda/a.ts', 'collector.ts'],
      ['dev.ts', 'devbackend/a.ts'],
      ['devbackend/receiver/a.ts', 'wire/snappy-block-reader.ts'],
      ['collector.ts', 'intake/a.ts'],
      ['collector.ts', 'wire/a.ts'],
      ['intake/a.ts', 'transcode/a.ts'],
      ['intake/a.ts', 'exposition/a.ts'],
      ['transcode/a.ts', 'remotewrite/a.ts'],
      ['transcode/a.ts', 'exposition/a.ts'],
      ['delivery/a.ts', 'remotewrite/a.ts'],
      ['delivery/a.ts', 'wire/a.ts'],
      ['delivery/a.ts', 'delivery/lanes/a.ts'],
      ['collector/a.ts', 'delivery/spool/a.ts'],
      ['delivery/spool/a.ts', 'delivery/block/a.ts'],
      ['delivery/auth/a.ts', 'delivery/http/a.ts'],
      ['delivery/lanes/a.ts', 'relabel/a.ts'],
      ['exposition/text/a.ts', 'exposition/a.ts'],
      ['intake/a.ts', 'staleness/a.ts'],
      ['transcode/a.ts', 'relabel/a.ts'],
      ['exposition/a.ts', 'labels/a.ts'],
      ['labels/a.ts', 'wire/a.ts'],
      ['wire/a.ts', 'wire/b.ts'],
      ['wire/a.ts', 'config/a.ts'],
      ['delivery/a.ts', 'telemetry/a.ts'],
      ['telemetry/a.ts', 'config/a.ts'],
    ];
    for (const [file, target] of allowed)
      expect(withText(file, `import { a } from '${pathFrom(file, target)}';`)).toEqual([]);
    for (const file of ['delivery/http/a.ts', 'delivery/spool/a.ts', 'cli/push/a.ts'])
      expect(withText(file, "import { readFileSync } from 'node:fs';")).toEqual([]);
    expect(
      withText('wire/a.ts', "// import { a } from '../main.ts'; console.log()\n/** import('../main.ts') */"),
    ).toEqual([]);
  });
});

describe('the sources', () => {
  const sources = new Map(
    readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file, readFileSync(new URL(file, SRC), 'utf8')] as const),
  );

  test('keep to the rules', () => {
    expect(sources.size).toBeGreaterThan(100);
    expect(violations(sources)).toEqual([]);
  });
});

/** `target` as `file` names it. */
function pathFrom(file: string, target: string): string {
  const way = posix.relative(posix.dirname(file), target);
  return way.startsWith('.') ? way : `./${way}`;
}
