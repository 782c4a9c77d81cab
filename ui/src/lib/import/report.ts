// What became of an import or export, as text to copy.

import type { ImportRemark } from '$lib/host';

/** One line for each remark, after a headline. */
export function reportText(headline: string, remarks: readonly ImportRemark[]): string {
  const line = ({ file, line, text, reason }: ImportRemark): string => {
    const place = line === 0 ? file : `${file}:${String(line)}`;
    return [place, text.trim(), reason].filter((part) => part !== '').join(': ');
  };
  return [headline, ...remarks.map(line)].join('\n') + '\n';
}
