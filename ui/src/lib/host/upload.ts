/** Sending a file to the server the page came from, with how far it is: the one request that `fetch` cannot follow. */
import { NO_ANSWER, parsed, refusal } from './request';

/** A file on its way. */
export interface Sending {
  /** Where it goes. */
  url: string;
  body: Blob;
  /** Hears how many bytes have been sent. */
  sent: (bytes: number) => void;
  /** Stops it. */
  stop: AbortSignal;
}

/** Sends it. Rejects with an ApiError; with `null` if it was stopped. */
export function upload(
  { url, body, sent, stop }: Sending,
  ask: XMLHttpRequest = new XMLHttpRequest(),
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (problem: unknown): void => reject(problem);
    ask.open('PUT', url);
    ask.setRequestHeader('X-Patchbay-Client', 'web');
    ask.setRequestHeader('Content-Type', 'application/octet-stream');
    ask.upload.onprogress = ({ loaded }) => sent(loaded);
    ask.onload = () => {
      if (ask.status >= 200 && ask.status < 300) resolve();
      else fail(refusal(ask.status, parsed(ask.responseText)));
    };
    ask.onerror = () => fail(NO_ANSWER);
    ask.onabort = () => fail(null);
    stop.addEventListener('abort', () => ask.abort(), { once: true });
    ask.send(body);
  });
}
