// Takes apart what people paste into the address field.

export interface AddressParts {
  address: string;
  user?: string;
  port?: string;
}

/** `user@host:port`, `ssh://user@host:port`, `[v6]:port`; nothing when it is just an address. */
export function splitAddress(pasted: string): AddressParts | null {
  const text = pasted
    .trim()
    .replace(/^ssh:\/\//i, '')
    .replace(/\/$/, '');
  const match = /^(?:([^@\s]+)@)?(?:\[([0-9a-f:.%]+)\]|([^\s:[\]@/]+))(?::(\d{1,5}))?$/i.exec(text);
  if (!match) return null;
  const [, user, v6, host, port] = match;
  const address = v6 ?? host;
  if (!address || (user === undefined && port === undefined && text === pasted.trim())) return null;
  return {
    address,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
  };
}
