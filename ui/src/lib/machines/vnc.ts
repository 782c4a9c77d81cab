// What the address of a VNC server can be: a host, the path of a Unix socket, or the URI of a WebSocket.

export type VncPlace = 'tcp' | 'socket' | 'webSocket';

/** What an address is meant to be, right or wrong. */
export function vncPlace(address: string): VncPlace {
  const typed = address.trim();
  if (/^(\/|unix:)/i.test(typed)) return 'socket';
  return /^wss?:\/\//i.test(typed) ? 'webSocket' : 'tcp';
}

/** `/run/vnc.sock` of any way to write it. */
export function socketPath(address: string): string {
  return address
    .trim()
    .replace(/^unix:/i, '')
    .replace(/^\/+/, '/');
}

/** What fits into a socket address everywhere. */
const LONGEST_SOCKET = 103;
const LONGEST_PATH = 2048;
const CONTROL = /\p{Cc}/u;

/** What is wrong with the path of a socket or with the URI of a WebSocket. */
export function vncPlaceError(address: string): string | undefined {
  const typed = address.trim();
  if (vncPlace(typed) === 'socket') {
    const path = socketPath(typed);
    if (!/^\/.*[^/]$/.test(path) || CONTROL.test(path))
      return 'Give the whole path of the socket, as /run/vnc.sock.';
    return new TextEncoder().encode(path).length > LONGEST_SOCKET
      ? `The path of a socket has at most ${String(LONGEST_SOCKET)} bytes.`
      : undefined;
  }
  const uri =
    /^wss?:\/\/(?:\[[0-9a-f:.%]+\]|[\w.-]+)(?::(\d+))?((?:[/?][\w\-.~%!$&'()*+,;=:@/?]*)?)$/i.exec(
      typed,
    );
  const port = uri?.[1] === undefined ? 1 : Number(uri[1]);
  if (typed.includes('#')) return 'Leave out what follows the #: a WebSocket has no such part.';
  if (/^[^/]*\/\/[^/?]*@/.test(typed))
    return 'Leave out the user: who signs in goes in its own field below.';
  if (!uri || port < 1 || port > 65_535) return 'It looks like wss://host:port/path.';
  return (uri[2] ?? '').length > LONGEST_PATH
    ? `Path and query have at most ${String(LONGEST_PATH)} characters.`
    : undefined;
}
