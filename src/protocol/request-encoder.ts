/** One argument of a request: text goes out as UTF-8, bytes as they are. */
export type RequestArgument = string | Uint8Array;

const CRLF = '\r\n';

/** The bytes of one request as RESP sends it: an array of bulk strings. */
export function encodeRequest(argv: readonly RequestArgument[]): Buffer {
  return encodeRequests([argv]);
}

/** The bytes of several requests, one after the other, for a pipeline. */
export function encodeRequests(requests: readonly (readonly RequestArgument[])[]): Buffer {
  const parts: Uint8Array[] = [];
  let header = '';
  for (const argv of requests) {
    header += `*${argv.length}${CRLF}`;
    for (const argument of argv) {
      const bytes = typeof argument === 'string' ? Buffer.from(argument) : argument;
      parts.push(Buffer.from(`${header}$${bytes.length}${CRLF}`), bytes);
      header = CRLF;
    }
  }
  parts.push(Buffer.from(header));
  return Buffer.concat(parts);
}
