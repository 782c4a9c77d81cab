import type { ApiError, ErrorCode } from '$lib/host';

export function problem(
  code: ErrorCode,
  message: string,
  nextStep = '',
  field: string | null = null,
): ApiError {
  return { code, message, nextStep, field, retryable: false };
}
