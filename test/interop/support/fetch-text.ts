// GET with what a real backend may ask for: an own authority and a password.
import http from 'node:http';
import https from 'node:https';

export interface Access {
  readonly ca?: string;
  /** `user:password`. */
  readonly auth?: string;
}

export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

const TIMEOUT_MS = 20_000;

export function fetchText(url: string, access: Access = {}): Promise<TextAnswer> {
  const { get } = url.startsWith('https:') ? https : http;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const request = get(url, { ...access, agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.once('error', reject);
  });
}

/** The `data` of an answer of the Prometheus API. */
export async function fetchApi<T>(url: string, access?: Access): Promise<T> {
  const { status, text } = await fetchText(url, access);
  if (status !== 200) throw new Error(`Cannot query ${url}: expected 200, seen ${status}: ${text}`);
  return (JSON.parse(text) as { data: T }).data;
}
