// The rules of the source tree: which folder may import what, and what every file must and must not hold. Pure: sources
// in, violations out, so that a test can show that each rule finds its violation.
import { posix } from 'node:path';

/** Path below src/ → text. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
  readonly file: string;
  /** A path below src/, or the name of a module. */
  readonly target: string;
  readonly isOwn: boolean;
}

/** Imports between stations go from a higher level to a lower one. */
const LEVELS: Readonly<Record<string, number>> = {
  main: 7,
  lambda: 7,
  collector: 6,
  intake: 5,
  transcode: 4,
  delivery: 4,
  relabel: 3,
  staleness: 3,
  decompress: 2,
  exposition: 2,
  remotewrite: 2,
  labels: 1,
  wire: 0,
};
/** Imports between the rooms of one station go from a higher floor to a lower one, in the stations listed. */
const FLOORS: Readonly<Record<string, number>> = {
  intake: 3,
  'intake/operations': 2,
  'intake/push': 2,
  'intake/waiting': 1,
  'intake/paths': 1,
  'intake/http': 1,
  'intake/outcome': 0,
  delivery: 6,
  'delivery/lanes': 5,
  'delivery/send': 4,
  'delivery/upstream': 3,
  'delivery/auth': 2,
  'delivery/spool': 3,
  'delivery/spool/positions': 2,
  'delivery/spool/disk': 1,
  'delivery/block': 1,
  'delivery/http': 1,
  exposition: 0,
  'exposition/text': 1,
  'exposition/protobuf': 1,
  remotewrite: 0,
  'remotewrite/v2': 1,
};
/** The collector hands the spool in: the rest of delivery knows only the interface, block/push-log.ts. */
const SPOOL = /^delivery\/spool\//;
const MAIN_FILES = ['main.ts', 'dev.ts', 'version.ts'];
/** The development backend judges what Sluice sends, so it shares only the snappy decompressor. */
const DEVBACKEND_IMPORTS = ['wire/snappy-block-reader.ts', 'wire/byte-ranges.ts'];
/** What anyone may import. */
const FREE = ['config', 'telemetry'];

/** Imports that the levels allow but that are forbidden: importing station, target, reason. */
const FORBIDDEN: readonly (readonly [station: string, target: RegExp, why: string])[] = [
  ['intake', /^undici$/, 'intake never imports undici'],
  ['delivery', /^node:https?$/, 'delivery never imports node:http'],
  ['delivery', /^labels\//, 'delivery knows bytes, never labels'],
  ['delivery', /^exposition\//, 'exposition and remotewrite meet only in transcode'],
  ['relabel', /^exposition\//, 'exposition and remotewrite meet only in transcode'],
  ['staleness', /^exposition\//, 'exposition and remotewrite meet only in transcode'],
];
const FILE_SYSTEM = /^(?:node:)?fs(?:\/promises)?$/;
/** Configuration, credentials and certificates are read from files, what is to be pushed, and the program's own version. */
const FILE_READERS = [
  /^config\//,
  /^delivery\/(?:auth|http|spool)\//,
  /^devbackend\//,
  /^lambda\/lambda-config\.ts$/,
  /^cli\/push\//,
  /^cli\/options\.ts$/,
  /^version\.ts$/,
];

const STATIC_IMPORT = /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE_IMPORT = /^\s*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*(?:['"]([^'"]+)['"]|([^)]*))\)/g;

export function violations(sources: Sources): string[] {
  const imports = [...sources].flatMap(([file, text]) => importsOf(file, text));
  return [
    ...imports.flatMap((one) => refuseImport(one, sources)),
    ...cycles(imports),
    ...[...sources].flatMap(([file, text]) => refuseText(file, text)),
  ];
}

function importsOf(file: string, text: string): Import[] {
  const code = withoutComments(text);
  const specifiers = [STATIC_IMPORT, BARE_IMPORT, DYNAMIC_IMPORT].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, quoted, computed]) => quoted ?? `computed: ${computed}`),
  );
  return specifiers.map((specifier) => {
    const isOwn = specifier.startsWith('.');
    return { file, isOwn, target: isOwn ? posix.join(posix.dirname(file), specifier) : specifier };
  });
}

function refuseImport({ file, target, isOwn }: Import, sources: Sources): string[] {
  const station = stationOf(file);
  const found = FORBIDDEN.filter(([who, what]) => who === station && what.test(target)).map(
    ([, , why]) => why,
  );
  if (!isOwn) {
    if (target.startsWith('computed: ')) found.push('a dynamic import names its file');
    if (FILE_SYSTEM.test(target) && !FILE_READERS.some((reader) => reader.test(file)))
      found.push('this station reads no files');
  } else if (!target.startsWith('..') && !sources.has(target)) found.push('there is no such file');
  else if (!mayImport(file, station, target)) found.push('imports point down');
  return found.map((why) => `${file} imports ${target}: ${why}`);
}

function mayImport(file: string, station: string, target: string): boolean {
  if (target.startsWith('..')) return false;
  const other = stationOf(target);
  if (other === station) return isLowerRoom(file, target);
  if (other === 'devbackend') return file === 'dev.ts';
  // A separate program next to the command line.
  if (station === 'lambda' && target === 'version.ts') return true;
  if (station === 'devbackend') return DEVBACKEND_IMPORTS.includes(target);
  if (station === 'config') return false;
  if (station === 'telemetry') return other === 'config';
  if (FREE.includes(other)) return true;
  const from = LEVELS[station];
  const to = LEVELS[other];
  return from !== undefined && to !== undefined && to < from;
}

function isLowerRoom(file: string, target: string): boolean {
  const [room, other] = [posix.dirname(file), posix.dirname(target)];
  if (SPOOL.test(target) && !SPOOL.test(file)) return false;
  if (room === other || FLOORS[stationOf(file)] === undefined) return true;
  const [from, to] = [FLOORS[room], FLOORS[other]];
  return from !== undefined && to !== undefined && to < from;
}

function stationOf(file: string): string {
  if (MAIN_FILES.includes(file) || file.startsWith('cli/')) return 'main';
  if (file === 'collector.ts') return 'collector';
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file;
}

/** Files that import each other in a circle, each circle once. */
function cycles(imports: readonly Import[]): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) {
      found.push(`${[...path.slice(path.indexOf(file)), file].join(' > ')}: imports go in a circle`);
      return;
    }
    if (done.has(file)) return;
    for (const { target } of imports.filter((one) => one.isOwn && one.file === file))
      visit(target, [...path, file]);
    done.add(file);
  };
  for (const { file } of imports) visit(file, []);
  return found;
}

function refuseText(file: string, text: string): string[] {
  const code = withoutComments(text);
  const found: string[] = [];
  if (!file.endsWith('.d.ts') && !text.startsWith('// ')) found.push('a file opens with a comment');
  if (/\bconsole\s*\./.test(code)) found.push('events go through the log, not the console');
  if (/^\s*export\s+default\b|\bas\s+default\b/m.test(code)) found.push('nothing is exported as default');
  return found.map((why) => `${file}: ${why}`);
}

/** Removes comments only if they take whole lines, which is enough for lines that look like imports. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\/.*$/gm, '').replace(/^\s*\/\*[\s\S]*?\*\//gm, '');
}
