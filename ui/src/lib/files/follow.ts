/** The terminals of a place, for the side that goes where one of them is. */

import type { FilePlace, SessionInfo } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { existingTerminal } from '$lib/sessions/terminal/registry';
import type { TerminalView } from '$lib/sessions/terminal/view.svelte';
import { machineOf } from '$lib/sessions/words';

/** An open terminal of the same machine, one whose shell says where it is if there is any; the latest of them. */
export function terminalAt(
  place: FilePlace,
): { session: SessionInfo; view: TerminalView } | undefined {
  const files = place.kind === 'machine' ? sessions.get(place.session) : undefined;
  const machine = files ? machineOf(files.target) : null;
  const found = sessions.list.flatMap((session) => {
    const { target, state } = session;
    const same =
      target.kind === 'localShell'
        ? place.kind === 'here'
        : target.kind === 'entry' && target.id === machine;
    const view = same && state.kind === 'open' ? existingTerminal(session.id) : undefined;
    return view ? [{ session, view }] : [];
  });
  return found.findLast(({ view }) => view.folder !== null) ?? found.at(-1);
}

/** What lets a shell say where it is, to be put into its start file. Percent signs would be read as bytes. */
export const REPORTING = [
  {
    shell: 'bash',
    file: '~/.bashrc',
    line: `PROMPT_COMMAND='printf "\\033]7;file://%s%s\\033\\\\" "$HOSTNAME" "\${PWD//\\%/%25}"'"\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"`,
  },
  {
    shell: 'zsh',
    file: '~/.zshrc',
    line: `precmd_functions+=(say_folder); say_folder() { printf "\\033]7;file://%s%s\\033\\\\" "$HOST" "\${PWD//\\%/%25}"; }`,
  },
] as const;
