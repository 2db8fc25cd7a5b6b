// From a raw request target to its route. The target is read as it was sent, never through `new URL()`, which would resolve
// dots and fold slashes that are part of a label. Push paths repeat, so their routes are cached.
import type { LayoutNumbers } from '../../labels/fixed-labels.ts';
import { type GroupingKey, makeGroupingKey } from '../../labels/grouping-key.ts';
import { RecentMap } from '../../wire/recent-map.ts';
import { PathError, parseGroupingPath, tryDecodePiece } from './grouping-path.ts';
import { type PushPlace, pathHint } from './path-hints.ts';

export type Route =
  | { readonly kind: 'push'; readonly groupingKey: GroupingKey }
  | { readonly kind: 'malformedPush'; readonly detail: string }
  | { readonly kind: 'healthy' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'metrics' }
  | { readonly kind: 'status' }
  | { readonly kind: 'index' }
  | { readonly kind: 'flush' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'notFound'; readonly detail: string };

export interface RouteOptions extends PushPlace {
  readonly utf8Names: boolean;
  readonly defaults: Readonly<Record<string, string>>;
}

const MAX_CACHED = 10_000;
/** Longer targets are not cached. */
const MAX_CACHED_LENGTH = 256;
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

const OPERATIONS: Readonly<Record<string, Route>> = {
  '/-/healthy': { kind: 'healthy' },
  '/health': { kind: 'healthy' },
  '/-/ready': { kind: 'ready' },
  '/ready': { kind: 'ready' },
  '/metrics': { kind: 'metrics' },
  '/api/v1/status': { kind: 'status' },
  '/-/flush': { kind: 'flush' },
  '/-/quit': { kind: 'quit' },
};

export class Routes {
  readonly #options: RouteOptions;
  readonly #layouts: LayoutNumbers;
  readonly #prefixes: readonly (readonly string[])[];
  readonly #fixed = new Map<string, Route>();
  readonly #recent = new RecentMap<string, Route>(MAX_CACHED);

  constructor(options: RouteOptions, layouts: LayoutNumbers) {
    this.#options = options;
    this.#layouts = layouts;
    this.#prefixes = options.pathPrefixes.map((prefix) => prefix.split('/').filter((piece) => piece !== ''));
    for (const prefix of ['', ...options.pathPrefixes]) {
      for (const [path, route] of Object.entries(OPERATIONS)) this.#fixed.set(prefix + path, route);
    }
    this.#fixed.set('/', { kind: 'index' });
  }

  /** The route of a request target. */
  find(target: string): Route {
    const known = this.#recent.get(target);
    if (known !== undefined) return known;
    const route = this.#read(target);
    if (route.kind === 'push' && target.length <= MAX_CACHED_LENGTH) this.#recent.set(target, route);
    return route;
  }

  #read(target: string): Route {
    const path = pathOf(target);
    const fixed = this.#fixed.get(path);
    if (fixed !== undefined) return fixed;
    const pieces = path.split('/');
    for (const prefix of this.#options.enabled ? this.#prefixes : []) {
      const at = indexAfterMetrics(pieces, prefix);
      if (at < 0 || !isJob(pieces[at]) || at + 1 === pieces.length) continue;
      return this.#readPush(pieces.slice(at));
    }
    return { kind: 'notFound', detail: pathHint(path, this.#options) };
  }

  #readPush(pieces: readonly string[]): Route {
    const { utf8Names, defaults } = this.#options;
    try {
      const labels = parseGroupingPath(pieces, utf8Names);
      return { kind: 'push', groupingKey: makeGroupingKey(labels, defaults, this.#layouts) };
    } catch (error) {
      if (error instanceof PathError) return { kind: 'malformedPush', detail: error.message };
      throw error;
    }
  }
}

/** The path of a request target: without scheme and authority of the absolute form, without query and fragment. */
function pathOf(target: string): string {
  const origin = target.startsWith('/') ? target : target.replace(ABSOLUTE_FORM, '');
  const end = origin.search(/[?#]/);
  const path = end < 0 ? origin : origin.slice(0, end);
  return path === '' ? '/' : path;
}

/** The index of the piece after `<prefix>/metrics/`, or -1 on any other path. Repeated slashes before `metrics` count as one. */
function indexAfterMetrics(pieces: readonly string[], prefix: readonly string[]): number {
  let at = 0;
  for (const wanted of [...prefix, 'metrics']) {
    while (pieces[at] === '') at++;
    if (tryDecodePiece(pieces[at] ?? '') !== wanted) return -1;
    at++;
  }
  return at;
}

function isJob(piece: string | undefined): boolean {
  const name = tryDecodePiece(piece ?? '');
  return name === 'job' || name === 'job@base64';
}
