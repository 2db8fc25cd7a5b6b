// Finds out which format a body has. Two content types name their format. With any other, or with none, it is the text
// format, as in Pushgateway (https://github.com/prometheus/pushgateway/blob/master/handler/push.go).

export type BodyFormat =
  | 'text'
  | 'openMetrics'
  /** OpenMetrics of a client that is known to leave out `# EOF`. */
  | 'openMetricsWithoutEof'
  /** No content type: OpenMetrics if the last line is `# EOF`, otherwise text. */
  | 'undeclared'
  | 'protobuf';

const PROTOBUF = 'application/vnd.google.protobuf';
const OPEN_METRICS = 'application/openmetrics-text';
const MESSAGE = 'io.prometheus.client.MetricFamily';
/** client_golang's pusher does not close its encoder, so its OpenMetrics bodies have no `# EOF`. */
const WITHOUT_EOF = /^Go-http-client\//;

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_TYPE = new RegExp(`^[ \\t]*(${TOKEN}/${TOKEN})[ \\t]*(?=;|$)`);
const PARAMETER = new RegExp(
  `^;[ \\t]*(?:(${TOKEN})[ \\t]*=[ \\t]*(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)")[ \\t]*)?(?=;|$)`,
);

/** The format that the headers of a push declare. */
export function formatOf(contentType: string | undefined, userAgent: string | undefined): BodyFormat {
  if (contentType === undefined) return 'undeclared';
  const parsed = parseMediaType(contentType);
  if (parsed?.type === OPEN_METRICS) {
    return WITHOUT_EOF.test(userAgent ?? '') ? 'openMetricsWithoutEof' : 'openMetrics';
  }
  const isDelimited =
    parsed?.type === PROTOBUF &&
    parsed.parameters.get('proto') === MESSAGE &&
    parsed.parameters.get('encoding') === 'delimited';
  return isDelimited ? 'protobuf' : 'text';
}

interface MediaType {
  /** In lower case, like the names of the parameters. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Undefined if `text` is not a media type (RFC 9110, section 8.3.1) or has a parameter twice. */
function parseMediaType(text: string): MediaType | undefined {
  const [matched, type = ''] = MEDIA_TYPE.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const parameters = new Map<string, string>();
  for (let rest = text.slice(matched.length); rest !== ''; ) {
    const parameter = PARAMETER.exec(rest);
    if (parameter === null) return undefined;
    const [whole, name, token, quoted] = parameter;
    rest = rest.slice(whole.length);
    if (name === undefined) continue;
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), token ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
  }
  return { type: type.toLowerCase(), parameters };
}
