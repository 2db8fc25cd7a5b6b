// What somebody must put right before a backend takes anything, as a sentence for people.

/** `reason` is that of the outcomes that refuse access. */
export function accessTrouble(backend: string, reason: string): string {
  return `Backend ${backend} ${wrong(reason)}. What is pushed waits.`;
}

function wrong(reason: string): string {
  switch (reason) {
    case 'status_404':
      return 'answers 404: it does not know the path of its URL';
    case 'proxy_407':
      return 'is not reached: the proxy refuses our credentials';
    case 'oauth2_token':
      return 'is not asked: the token endpoint refuses our client';
    case 'aws_credentials':
      return 'is not asked: no AWS credentials can be had';
    default:
      return `answers ${reason.replace('status_', '')}: it refuses our credentials`;
  }
}
