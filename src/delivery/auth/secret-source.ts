// A secret from the configuration, or from a file that is read again when it changes.
import type { Secret } from '../../config/secret.ts';
import { WatchedFile } from '../http/watched-file.ts';

export interface SecretSource {
  /** As it is now. */
  text(): string;
}

/**
 * Throws an Error that names the file where it cannot be used. Trouble with it later leaves the last good secret in use
 * and is told to `onUnreadable`, once for each change.
 */
export function secretSource(
  inline: Secret | undefined,
  path: string | undefined,
  onUnreadable: (detail: string) => void,
): SecretSource {
  if (path === undefined) return { text: () => inline?.reveal() ?? '' };
  const file = new WatchedFile(path, 'client secret file');
  let secret = readSecret(file);
  const refresh = () => {
    try {
      secret = readSecret(file);
    } catch (error) {
      onUnreadable(error instanceof Error ? error.message : 'Cannot read client secret');
    }
  };
  return {
    text: () => {
      if (file.hasChanged()) refresh();
      return secret;
    },
  };
}

function readSecret(file: WatchedFile): string {
  const text = file.read().replace(/[\r\n]+$/, '');
  if (/^[^\p{Cc}]+$/u.test(text)) return text;
  const seen = text === '' ? 'an empty file' : 'others';
  throw new Error(
    `Cannot use client secret file ${file.path}: expected one line of printable characters, found ${seen}`,
  );
}
