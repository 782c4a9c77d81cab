/** Asks a route of `api.ts`. Throws an ApiError, always. */
import { asApiError, teamServer } from '$lib/host';
import type { Routes } from './api';

type Parts<R extends keyof Routes> = Omit<Routes[R], 'answer'>;
type Asked<R extends keyof Routes> = keyof Parts<R> extends never ? [] : [parts: Parts<R>];

export async function ask<R extends keyof Routes>(
  route: R,
  ...[parts]: Asked<R>
): Promise<Routes[R]['answer']> {
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
    return (await teamServer().request(method, filled + search, body)) as Routes[R]['answer'];
  } catch (problem) {
    throw asApiError(problem);
  }
}
