// Tells the last argument what came of a command, called the way the page calls it: by the shell of the window, or over HTTP.
const [name, args, done] = arguments;
const shell = window.__TAURI_INTERNALS__;
const served = async () => {
  const headers = { 'Content-Type': 'application/json', 'X-Patchbay-Client': 'web' };
  const answer = await fetch(`/api/rpc/${name}`, { method: 'POST', headers, body: args });
  const said = await answer.json();
  if (!answer.ok) throw said.error;
  return said;
};
(shell ? shell.invoke('call', { name, args }) : served()).then(
  (ok) => done({ ok }),
  (error) => done({ error: error.message ? error : String(error) }),
);
