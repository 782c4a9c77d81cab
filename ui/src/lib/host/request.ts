/** One request to the server the page came from, as JSON, with its errors in the one shape that screens show. */
import type { ApiError } from './bindings';
import { asApiError } from './errors';

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** No answer at all. */
export const NO_ANSWER: ApiError = {
  code: 'unreachable',
  message: 'The team server does not answer.',
  nextStep: 'Check the network, then try again.',
  field: null,
  retryable: true,
};

/** Sends it. The sign-in rides in a cookie that no script can read; `X-Patchbay-Client` proves that no other site sent it. */
export async function request(
  ask: Fetch,
  method: string,
  url: string,
  body?: object,
): Promise<{ status: number; answer: unknown }> {
  let response: Response;
  let text: string;
  try {
    response = await ask(url, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: {
        'X-Patchbay-Client': 'web',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch {
    throw NO_ANSWER;
  }
  const { status } = response;
  const json = parsed(text);
  if (response.ok) {
    // What came is a page of something in between, or half an answer.
    if (json === undefined) throw strange(status);
    return { status, answer: json };
  }
  throw refusal(status, json);
}

/** The status that came with an error of the server. */
const STATUS = Symbol('status');
type WithStatus = ApiError & { [STATUS]?: number };

/** Whether the server said that the request proves nobody: the sign-in is over. */
export function isSignedOut(problem: unknown): boolean {
  return (problem as WithStatus | null)?.[STATUS] === 401;
}

/** What a refused request says. */
export function refusal(status: number, json: unknown): ApiError {
  const { error, requestId } = (json ?? {}) as { error?: unknown; requestId?: unknown };
  if (typeof error !== 'object' || error === null) return withStatus(strange(status), status);
  const bare = { field: null, nextStep: '', retryable: false };
  const said: ApiError = Object.assign(bare, asApiError(error));
  // Who runs the server finds it in the log by that.
  const found = said.code === 'internal' && typeof requestId === 'string';
  const nextStep = found ? `${said.nextStep} Request ${requestId}.`.trim() : said.nextStep;
  return withStatus({ ...said, nextStep }, status);
}

function withStatus(problem: ApiError, status: number): ApiError {
  return Object.defineProperty({ ...problem }, STATUS, { value: status, enumerable: false });
}

function strange(status: number): ApiError {
  return {
    code: 'unreachable',
    message: `Something between here and the team server answered ${status}.`,
    nextStep:
      'Try again in a minute. If it stays, whoever runs the server should look at the proxy before it.',
    field: null,
    retryable: true,
  };
}

/** `undefined` if it is no JSON; nothing at all is null. */
export function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
