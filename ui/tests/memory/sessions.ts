/** Sessions that echo what is typed, over a socket that is no socket. */
import type {
  Args,
  HostKeyQuestion,
  Protocol,
  SessionInfo,
  SessionSharing,
  SessionState,
  StreamSocket,
} from '$lib/host';
import { defaultSize, isDesktop } from '$lib/machines/protocols';
import { DesktopSocket } from './desktop';
import { problem } from './problem';

const encode = new TextEncoder();
const decode = new TextDecoder();
const GREETING =
  'Linux app-01 6.1.0-26-amd64 #1 SMP PREEMPT_DYNAMIC Debian\r\n\r\n' +
  '\x1b[2mLast login: Sat Nov 21 22:41:08 2026 from 198.51.100.23\x1b[0m\r\n' +
  '\x1b[32mops@app-01\x1b[0m:\x1b[34m/srv/orders\x1b[0m$ ';

class Running {
  sockets = new Set<EchoSocket>();
  kept = encode.encode(GREETING);

  constructor(public info: SessionInfo) {}

  print(text: string): void {
    const bytes = encode.encode(text);
    const from = this.kept.length;
    const all = new Uint8Array(from + bytes.length);
    all.set(this.kept);
    all.set(bytes, from);
    this.kept = all;
    for (const socket of this.sockets) socket.output(from, bytes);
  }
}

class EchoSocket implements StreamSocket {
  binaryType: BinaryType = 'arraybuffer';
  readyState: StreamSocket['readyState'] = WebSocket.OPEN;
  onopen: StreamSocket['onopen'] = null;
  onmessage: StreamSocket['onmessage'] = null;
  onclose: StreamSocket['onclose'] = null;
  onerror: StreamSocket['onerror'] = null;

  constructor(private readonly running: Running) {
    queueMicrotask(() => this.onopen?.call(undefined as never, new Event('open')));
  }

  send(message: Parameters<WebSocket['send']>[0]): void {
    if (!(message instanceof Uint8Array)) return;
    const data = message;
    if (data[0] === 0x80)
      this.#replay(Number(new DataView(data.buffer, data.byteOffset).getBigUint64(1, true)));
    if (data[0] === 0x81) {
      const typed = decode.decode(data.subarray(1));
      this.running.print(typed.replaceAll('\r', '\r\n$ ').replaceAll('\x7f', '\b \b'));
    }
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
    this.running.sockets.delete(this);
    this.onclose?.call(undefined as never, new CloseEvent('close'));
  }

  output(offset: number, bytes: Uint8Array): void {
    const message = new Uint8Array(9 + bytes.length);
    message[0] = 0x01;
    new DataView(message.buffer).setBigUint64(1, BigInt(offset), true);
    message.set(bytes, 9);
    this.#receive(message);
  }

  #replay(from: number): void {
    const start = new Uint8Array(10);
    start[0] = 0x02;
    new DataView(start.buffer).setBigUint64(1, BigInt(from), true);
    this.#receive(start);
    if (from < this.running.kept.length) this.output(from, this.running.kept.subarray(from));
    this.#receive(new Uint8Array([0x03]));
    this.running.sockets.add(this);
  }

  #receive(message: Uint8Array): void {
    this.onmessage?.call(undefined as never, new MessageEvent('message', { data: message.buffer }));
  }
}

export class MemorySessions {
  #running = new Map<string, Running>();
  #next = 1;
  /** The streams of desktops, in the order they were opened. */
  readonly desktops: DesktopSocket[] = [];

  constructor(
    private readonly nameOf: (id: string) => {
      name: string;
      address: string;
      protocol: Protocol;
      workspace: string | null;
    },
    private readonly changed: (info: SessionInfo) => void,
    private readonly gone: (id: string) => void,
  ) {}

  list(): SessionInfo[] {
    return [...this.#running.values()].map((running) => running.info);
  }

  open({ target }: Args<'session_open'>): SessionInfo {
    const { name, address, protocol, workspace } =
      target.kind === 'localShell'
        ? { name: 'bash', address: '', protocol: null, workspace: null }
        : this.nameOf(target.id);
    const info: SessionInfo = {
      id: `session-${this.#next++}`,
      title: name,
      subtitle: target.kind === 'localShell' ? 'on this computer' : `ops@${address}`,
      target,
      protocol,
      state: { kind: 'connecting', stage: 'connect', machine: name },
      steps: [
        { stage: 'name', state: 'done', detail: address, ms: 2 },
        { stage: 'connect', state: 'running', detail: '', ms: null },
      ],
      log: [`03:17:42.118  resolve  ${address}  2 ms`],
      opened: Date.now(),
      latency: target.kind === 'localShell' ? null : 12,
      recording: null,
      agent: null,
      x11: null,
      workspace,
      desktop: isDesktop(protocol)
        ? {
            viewOnly: false,
            clipboard: true,
            size: defaultSize(protocol),
            sizeChosen: false,
            quality: 'auto',
            qualityChosen: false,
          }
        : null,
      sharing: null,
      direct: null,
    };
    this.#running.set(info.id, new Running(info));
    setTimeout(() => this.#arrive(info.id, name), 30);
    return info;
  }

  /** Opens one that this computer dials itself. */
  openDirect(id: string): SessionInfo {
    const { workspace } = this.nameOf(id);
    const size = { cols: 80, rows: 24, width: 0, height: 0 };
    const opened = this.open({ target: { kind: 'entry', id }, size, attempt: null });
    const running = this.#get(opened.id);
    running.info = { ...opened, workspace: null, direct: workspace };
    return running.info;
  }

  socket(url: string): StreamSocket {
    const id = new URL(url).searchParams.get('session') ?? '';
    const running = id.startsWith('player-') ? null : this.#get(id);
    if (running && !running.info.desktop) return new EchoSocket(running);
    const socket = new DesktopSocket();
    this.desktops.push(socket);
    return socket;
  }

  attach(id: string): { url: string; token: string } {
    return { url: `ws://127.0.0.1:1/stream?session=${id}`, token: 'token' };
  }

  hostKey({ id, answer }: Args<'session_host_key'>): void {
    if (answer.kind === 'refuse') {
      const error = problem(
        'hostKey',
        'The host key was not trusted.',
        'Nothing was sent to the machine.',
      );
      this.state(id, { kind: 'closed', reason: { kind: 'failed', error } });
    } else this.state(id, { kind: 'open' });
  }

  state(id: string, state: SessionState): SessionInfo {
    const running = this.#get(id);
    running.info = { ...running.info, state };
    this.changed(running.info);
    return running.info;
  }

  rename({ id, title }: Args<'session_rename'>): SessionInfo {
    const running = this.#get(id);
    running.info = { ...running.info, title };
    this.changed(running.info);
    return running.info;
  }

  record(id: string, keys: boolean | null): SessionInfo {
    const running = this.#get(id);
    const recording =
      keys === null
        ? null
        : { id: 'recording-new', since: Date.now(), keys, problem: null, rule: null };
    running.info = { ...running.info, recording };
    this.changed(running.info);
    return running.info;
  }

  share(id: string, sharing: SessionSharing | null): void {
    const running = this.#get(id);
    running.info = { ...running.info, sharing };
    this.changed(running.info);
  }

  close(id: string): void {
    this.#running.delete(id);
    this.gone(id);
  }

  #get(id: string): Running {
    const running = this.#running.get(id);
    if (!running) throw problem('notFound', 'That session is gone.', 'Open it again.');
    return running;
  }

  /** Machines with telling names show the states a real network would give. */
  #arrive(id: string, name: string): void {
    if (!this.#running.has(id)) return;
    if (name === 'cache-01') {
      const error = problem(
        'refused',
        `${name} refused the connection.`,
        'Check that its SSH server runs and listens on port 22.',
      );
      const running = this.#get(id);
      running.info.steps = [
        { stage: 'name', state: 'done', detail: '192.0.2.45', ms: 2 },
        { stage: 'connect', state: 'failed', detail: 'refused', ms: 3 },
        { stage: 'handshake', state: 'waiting', detail: '', ms: null },
        { stage: 'hostKey', state: 'waiting', detail: '', ms: null },
        { stage: 'signIn', state: 'waiting', detail: '', ms: null },
      ];
      this.state(id, {
        kind: 'closed',
        reason: { kind: 'failed', error: { ...error, retryable: true } },
      });
    } else if (name === 'lab-01' || name === 'db-replica-b') {
      this.state(id, { kind: 'hostKey', question: question(name, name === 'db-replica-b') });
    } else if (name === 'lab-02') {
      this.state(id, {
        kind: 'asking',
        prompt: {
          id: 'prompt-1',
          kind: 'keyboardInteractive',
          machine: name,
          title: 'Two-factor sign-in',
          instructions: 'Give the password, then the code of your device.',
          questions: [
            { label: 'Password:', echo: false },
            { label: 'One-time code:', echo: true },
          ],
          again: false,
        },
      });
    } else this.state(id, { kind: 'open' });
  }
}

const PICTURE = `+--[ED25519 256]--+
|        E.... .  |
|       *.= =     |
|      + X = .    |
|     . + * = .   |
|   .  S + B +    |
|  o .  + = + .   |
|   =    o B .    |
|  . + ..o* =     |
|   . o.o=o. oo.  |
+----[SHA256]-----+`;

function question(machine: string, changed: boolean): HostKeyQuestion {
  const presented = {
    algorithm: 'ssh-ed25519',
    fingerprint: 'SHA256:Zr61vBfWp8dKqLxE3sVhTn0CyMa4JgRo7NiXk5PtUeQ',
    picture: PICTURE,
    openssh: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==',
    tls: null,
  };
  const record = {
    id: 'key-1',
    host: `${machine}.example.net`,
    authority: false,
    algorithm: 'ssh-ed25519',
    fingerprint: 'SHA256:qV4nT8mYk2ZcR1sLw0HxJd7fPu9EbGaXo5KiNtQyM3A',
    picture: PICTURE,
    source: 'This vault',
    firstSeen: Date.UTC(2025, 2, 4, 9, 12),
    lastSeen: Date.UTC(2026, 10, 22, 1, 40),
    times: 212,
    tls: null,
  };
  return {
    machine,
    host: `${machine}.example.net`,
    standing: changed ? 'changed' : 'unknown',
    presented,
    certificate: null,
    onRecord: changed ? [record] : [],
    alsoAt: changed ? ['2001:db8:41::60'] : [],
  };
}
