// Pushes as a job's script does: with curl.
import { spawn } from 'node:child_process';

export interface CurlAnswer {
  readonly status: number;
  readonly text: string;
}

/** Runs curl with `body` as its standard input; rejects if curl itself fails. */
export function curl(args: readonly string[], body: string | Uint8Array = ''): Promise<CurlAnswer> {
  const all = ['--silent', '--show-error', '--max-time', '30', '--write-out', '\n%{http_code}', ...args];
  const child = spawn('curl', all, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH } });
  let output = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  // It may answer before it has read all.
  child.stdin.on('error', () => undefined).end(body);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0)
        return reject(new Error(`Cannot push: expected curl to exit with 0, seen ${code}: ${complaint}`));
      const end = output.lastIndexOf('\n');
      resolve({ status: Number(output.slice(end + 1)), text: output.slice(0, end) });
    });
  });
}

/** Pushes standard input to the group of the path `group`, such as `job/backup`. */
export function pushWithCurl(
  address: string,
  group: string,
  body: string | Uint8Array,
  ...args: readonly string[]
): Promise<CurlAnswer> {
  return curl([...args, '--data-binary', '@-', `http://${address}/pushgateway/metrics/${group}`], body);
}
