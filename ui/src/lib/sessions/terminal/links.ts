/** Links in terminals: text that looks like an address, and OSC 8. Only the web is opened. */

/** The address if it may be opened, in the form the browser will see. */
export function webAddress(uri: string): string | null {
  if (uri.length > 2048) return null;
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    return null;
  }
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}
