// Which format a body is in. Only two content types say so; everything else, also none at all, is the text format, as
// Pushgateway has it (https://github.com/prometheus/pushgateway/blob/master/handler/push.go).

export type BodyFormat =
  | 'text'
  | 'openMetrics'
  /** OpenMetrics of a client that is known to leave `# EOF` out. */
  | 'openMetricsWithoutEof'
  /** No content type: OpenMetrics where the last line says so, else text. */
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
  /** In lower case, as the names of the parameters. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Undefined for what is no media type (RFC 9110, section 8.3.1), also where a parameter stands twice. */
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
