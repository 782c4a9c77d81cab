/** Asks the routes of `api.ts` at one server. */
import { asApiError, teamServer } from '$lib/host';
import type { Routes } from './api';

type Parts<R extends keyof Routes> = Omit<Routes[R], 'answer'>;
type Asked<R extends keyof Routes> = keyof Parts<R> extends never ? [] : [parts: Parts<R>];

/** Throws an ApiError, always. */
export type Ask = <R extends keyof Routes>(
  route: R,
  ...parts: Asked<R>
) => Promise<Routes[R]['answer']>;

/** Carries a request to a server: `path` is below `/api/v1`. */
type Carrier = (method: string, path: string, body?: object) => Promise<unknown>;

/** What asks a server, given what carries requests to it. */
export function askBy(carry: Carrier): Ask {
  return async <R extends keyof Routes>(route: R, ...[parts]: Asked<R>) => {
    const { path, query, body } = (parts ?? {}) as {
      path?: Record<string, string>;
      query?: Record<string, string>;
      body?: object;
    };
    const [method = '', pattern = ''] = route.split(' ');
    const filled = pattern.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(path?.[name] ?? ''),
    );
    const search = query ? `?${new URLSearchParams(query).toString()}` : '';
    try {
      return (await carry(method, filled + search, body)) as Routes[R]['answer'];
    } catch (problem) {
      throw asApiError(problem);
    }
  };
}

/** Asks the server the page came from. Pages that are shown for workspaces too ask by `useTeam().ask`. */
export const ask: Ask = askBy((method, path, body) => teamServer().request(method, path, body));
