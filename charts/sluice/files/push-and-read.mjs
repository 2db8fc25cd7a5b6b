// `helm test`: pushes one sample, reads the counters before and after it on the same connection, so of the same pod, and
// ends with 1 and the reason where the push was not taken, counted and delivered.
import { Agent, request } from 'node:http';

const { SLUICE_URL, PUSH_PATH, WAIT_SECONDS } = process.env;
const SLACK_MS = 10_000;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

try {
  const before = await readCounters();
  const answer = await push();
  const after = await readCounters();
  check(answer, before, after);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  agent.destroy();
}

async function push() {
  const body = `# TYPE sluice_helm_test_timestamp_seconds gauge\nsluice_helm_test_timestamp_seconds ${Date.now() / 1000}\n`;
  const headers = { Prefer: `wait=${WAIT_SECONDS}` };
  const answer = await exchange('POST', `${PUSH_PATH}/job/sluice_helm_test`, headers, body);
  if (answer.status === 200 || answer.status === 202) return answer;
  throw new Error(`Cannot push: expected 200 or 202, found ${answer.status}: ${answer.text.trim()}`);
}

function check({ status, headers }, before, after) {
  const taken = after.pushes - before.pushes;
  if (taken < 1)
    throw new Error(`Cannot count the push: expected one more in sluice_pushes_total, found ${taken}`);
  const samples = after.samples - before.samples;
  if (samples < 1)
    throw new Error(
      `Cannot count the sample: expected one more in sluice_samples_accepted_total, found ${samples}`,
    );
  const hasWaited = headers['preference-applied']?.startsWith('wait') === true;
  if (status === 202 && hasWaited)
    throw new Error(
      `Cannot deliver the push: it was taken, but no backend had it within ${WAIT_SECONDS} s (the log of Sluice tells why)`,
    );
  process.stdout.write(
    `The push was taken and counted${status === 200 ? ', and the backends have it' : ''}.\n`,
  );
}

async function readCounters() {
  const { status, text } = await exchange('GET', '/metrics');
  if (status !== 200) throw new Error(`Cannot read the counters: expected 200, found ${status}`);
  return {
    pushes: sum(text, /^sluice_pushes_total\{[^}]*status="20[02]"[^}]*\} (\S+)$/gm),
    samples: sum(text, /^sluice_samples_accepted_total (\S+)$/gm),
  };
}

function sum(text, line) {
  return [...text.matchAll(line)].reduce((total, [, value]) => total + Number(value), 0);
}

function exchange(method, path, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(SLUICE_URL + path), {
      agent,
      method,
      headers: body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(Number(WAIT_SECONDS) * 1000 + SLACK_MS),
    });
    sent.once('error', (error) => reject(new Error(`Cannot reach ${SLUICE_URL}: ${error.message}`)));
    sent.once('response', (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.end(body);
  });
}
