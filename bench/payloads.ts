// Deterministic text payloads of the sizes that jobs push. The same seed gives the same bytes on every machine.

const WORDS = [
  'billing',
  'orders',
  'users',
  'search',
  'export',
  'ledger',
  'mailer',
  'indexer',
  'report',
  'cart',
];
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf'];

export interface Payload {
  readonly text: Buffer;
  readonly samples: number;
}

/** Mulberry32: small, and good enough to vary payloads. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

class Writer {
  readonly #lines: string[] = [];
  readonly #next: () => number;
  samples = 0;

  constructor(seed: number) {
    this.#next = random(seed);
  }

  family(name: string, type: string): void {
    this.#lines.push(
      `# HELP ${name} What ${name.replaceAll('_', ' ')} says about the job.`,
      `# TYPE ${name} ${type}`,
    );
  }

  sample(series: string, isFraction = false): void {
    const value = isFraction ? this.#next() * 1000 : Math.floor(this.#next() * 1e7);
    this.#lines.push(`${series} ${value}`);
    this.samples++;
  }

  payload(): Payload {
    return { text: Buffer.from(`${this.#lines.join('\n')}\n`), samples: this.samples };
  }
}

/** 5 samples, as a cron job sends them with curl. */
export function tinyPayload(index: number): Payload {
  const writer = new Writer(index + 1);
  for (const name of [
    'last_success_timestamp_seconds',
    'duration_seconds',
    'records',
    'errors',
    'bytes_written',
  ]) {
    writer.family(`batch_job_${name}`, 'gauge');
    writer.sample(`batch_job_${name}`, name.endsWith('seconds'));
  }
  return writer.payload();
}

/** 100 samples: gauges, a labelled counter, histograms and a summary, as a client library's registry sends them. */
export function typicalPayload(index: number): Payload {
  const writer = new Writer(index + 1000);
  const service = `${WORDS[index % WORDS.length]}-${index}`;
  for (let i = 0; i < 30; i++) {
    writer.family(`app_runtime_figure_${i}_bytes`, 'gauge');
    writer.sample(`app_runtime_figure_${i}_bytes`, i % 5 === 0);
  }
  writer.family('http_requests_total', 'counter');
  for (let i = 0; i < 24; i++) {
    const handler = `/api/v1/${WORDS[(index + i) % 10]}`;
    writer.sample(`http_requests_total{code="${200 + i}",handler="${handler}",method="GET"}`);
  }
  writer.family('http_request_duration_seconds', 'histogram');
  for (let i = 0; i < 3; i++) histogram(writer, `handler="/api/v1/${WORDS[i]}",service="${service}"`);
  writer.family('queue_depth', 'gauge');
  for (let i = 0; i < 4; i++) writer.sample(`queue_depth{queue="${WORDS[i]}",service="${service}"}`);
  return writer.payload();
}

function histogram(writer: Writer, labels: string): void {
  for (const bound of BOUNDS) writer.sample(`http_request_duration_seconds_bucket{${labels},le="${bound}"}`);
  writer.sample(`http_request_duration_seconds_sum{${labels}}`, true);
  writer.sample(`http_request_duration_seconds_count{${labels}}`);
}

/** 10,000 samples: a whole registry of a big service. */
export function largePayload(index: number): Payload {
  const writer = new Writer(index + 2000);
  for (let family = 0; family < 50; family++) {
    const name = `fleet_${WORDS[family % 10]}_${family}`;
    writer.family(name, 'gauge');
    for (let i = 0; i < 200; i++) {
      const pod = `${WORDS[i % 10]}-${(index * 7919 + i * 104729).toString(16)}`;
      writer.sample(`${name}{pod="${pod}",shard="${i % 16}",zone="eu-west-${i % 3}"}`, family % 3 === 0);
    }
  }
  return writer.payload();
}
