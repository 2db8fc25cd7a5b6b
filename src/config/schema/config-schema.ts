// The one description of the configuration file: it yields checks, defaults, the published JSON Schema and the reference page.
// It is built on demand, so that only a start pays for it and other commands do not.
import * as z from 'zod';
import { backendSchema } from './backend-schema.ts';
import { ALWAYS, fieldsOf, refuse, refuseValue, uniqueTexts } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { pushgatewaySchema } from './pushgateway-schema.ts';
import { duration, LONGEST_DURATION } from './quantities.ts';
import { checkRelabelNames } from './relabel-schema.ts';
import { listenAddressSchema, serverSchema } from './server-schema.ts';
import { checkAcknowledge, spoolSchema, withAcknowledge } from './spool-schema.ts';

/** Relative file paths are taken from `folder`. */
export function configSchema(folder: string) {
  return mapping({
    listenAddress: listenAddressSchema()
      .prefault('0.0.0.0:3030')
      .describe(
        'Where Sluice answers pushes, health checks and requests for metrics: host:port, :port or [IPv6]:port. Port 0 takes any free port, and the log says which.',
      ),
    logging: loggingSchema().prefault({}).describe('The log on standard output.'),
    server: serverSchema().prefault({}).describe('Limits on connections to the listener.'),
    shutdownDelay: duration({ min: '0', max: '1h' })
      .prefault('0s')
      .describe(
        'How long Sluice still takes pushes after SIGTERM, while /-/ready answers 503. Set it to longer than a load balancer takes to notice.',
      ),
    shutdownTimeout: duration({ min: '0', max: LONGEST_DURATION })
      .prefault('10s')
      .describe('How long Sluice may take to deliver what is queued when it stops.'),
    enableLifecycle: z
      .boolean()
      .prefault(false)
      .describe(
        'true: anyone who reaches the listener may flush and stop Sluice, with POST /-/flush and /-/quit.',
      ),
    push: mapping({ pushgateway: pushgatewaySchema().prefault({}).describe('The Pushgateway push API.') })
      .prefault({})
      .describe('What Sluice takes.'),
    labels: mapping({
      defaults: defaultLabelsSchema()
        .prefault({})
        .describe('Labels for every series. A pushed label wins. An empty value adds no label.'),
    })
      .prefault({})
      .describe('Labels that Sluice adds.'),
    metadataConfig: metadataConfigSchema()
      .prefault({})
      .describe('TYPE, HELP and UNIT of the pushed families.'),
    remoteWrite: remoteWriteSchema(folder).describe('The backends. Each gets every sample.'),
    spool: spoolSchema(folder)
      .exactOptional()
      .describe('Keeps pushes on disk until they are delivered. Without it they are only in memory.'),
  })
    .superRefine(checkAcknowledge, ALWAYS)
    .superRefine(checkRelabelNames, ALWAYS)
    .transform(withAcknowledge);
}

function loggingSchema() {
  return mapping({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .prefault('info')
      .describe('The least important events to log.'),
    format: z
      .enum(['auto', 'json', 'pretty'])
      .prefault('auto')
      .describe('json: one object a line. pretty: for people. auto: pretty on a terminal, else json.'),
  });
}

function metadataConfigSchema() {
  return mapping({
    send: z.boolean().prefault(true).describe('Sends TYPE, HELP and UNIT.'),
    sendInterval: duration({ min: '0', max: LONGEST_DURATION })
      .prefault('1m')
      .describe('The shortest time after which Sluice sends them again for a family.'),
  });
}

const NO_BACKEND =
  'at least one backend to send to (for a trial with the embedded development backend run "sluice dev")';

function remoteWriteSchema(folder: string) {
  return z
    .array(backendSchema(folder), {
      error: (issue) => (issue.input == null ? NO_BACKEND : 'a list of backends'),
    })
    .min(1, { error: NO_BACKEND })
    .superRefine(checkNames, { when: ({ value }) => Array.isArray(value) });
}

function checkNames(backends: readonly unknown[], context: z.core.$RefinementCtx<unknown>): void {
  const names = backends.map((backend) => fieldsOf(backend).name);
  uniqueTexts(names, (at, first) => {
    const where = `remoteWrite[${first}]`;
    refuse(
      context,
      [at, 'name'],
      'a name of its own for each backend',
      `${JSON.stringify(names[at])} here and at ${where}`,
    );
  });
}

/** https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels, before UTF-8 names. */
const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function defaultLabelsSchema() {
  return z
    .record(z.string(), labelValueSchema())
    .superRefine(
      (labels, context) => {
        for (const name of Object.keys(labels)) {
          const expected = wantedName(name);
          if (expected !== undefined) refuse(context, [name], expected, JSON.stringify(name));
        }
      },
      { when: ({ value }) => typeof value === 'object' && value !== null },
    )
    .meta({ propertyNames: { pattern: LABEL_NAME.source } });
}

function labelValueSchema() {
  return z.string({ error: 'text (in quotes)' }).superRefine((value, context) => {
    if (!value.isWellFormed()) refuseValue(context, 'valid Unicode text', value);
  });
}

/** `__replica__` is how receivers such as Cortex and Mimir distinguish the two collectors of a pair. */
function wantedName(name: string): string | undefined {
  if (!LABEL_NAME.test(name))
    return 'a label name of letters, digits and "_" that does not start with a digit';
  if (name === '__name__') return 'a label name (each push names its metrics)';
  return name.startsWith('__') && name !== '__replica__'
    ? 'a label name that is not reserved by "__"'
    : undefined;
}
