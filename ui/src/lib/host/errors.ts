/** Errors of the core: their one shape, in words, and at the field they are about. */
import type { ApiError } from './bindings';

/** Whatever was thrown, in the one shape that screens show. */
export function asApiError(problem: unknown): ApiError {
  if (isApiError(problem)) return problem;
  if (typeof problem === 'string') {
    try {
      const parsed: unknown = JSON.parse(problem);
      if (isApiError(parsed)) return parsed;
    } catch {
      // Plain text: shown as it is.
    }
  }
  const message = problem instanceof Error ? problem.message : String(problem);
  return {
    code: 'internal',
    message,
    nextStep: 'Please report this.',
    field: null,
    retryable: false,
  };
}

function isApiError(value: unknown): value is ApiError {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

/** What happened and what next in one line, where there is no room for two. */
export function inWords(problem: ApiError): string {
  return [problem.message, problem.nextStep].filter(Boolean).join(' ');
}

/** The field of a form that the core names as `settings.port` or `connect_timeout`. */
export function fieldCalled<Field extends string>(
  name: string | null | undefined,
  fields: readonly Field[],
): Field | undefined {
  const last = name
    ?.split('.')
    .at(-1)
    ?.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return fields.find((field) => field === last);
}
