/**
 * States that take a few steps to reach, for tests/shot.mjs: what the page's address is, and what a person does there. The first word of a
 * name says what the in-memory host starts from (memory/choose.ts).
 */
const click = (page, testid) => page.getByTestId(testid).click();
const row = (page, name) => page.getByTestId('tree-row').filter({ hasText: name }).first();

async function command(page, words) {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
}

/** Goes to the folder of a workspace, which is at the end of the tree. */
async function toWorkspace(page, name) {
  await page.getByTestId('tree').focus();
  await page.keyboard.press('End');
  await row(page, name).click();
}

async function addWorkspace(page, address) {
  await command(page, 'add a team server');
  await page.getByTestId('workspace-address').fill(address);
}

async function look(page, address) {
  await addWorkspace(page, address);
  await click(page, 'workspace-next');
}

async function people(page, section) {
  await command(page, 'people and permissions');
  await click(page, `people-${section}`);
  await page.mouse.move(700, 780);
}

export const scenes = {
  'team-join': { path: 'join', hash: '#pbi_link' },
  'team-join-bad': { path: 'join', hash: '#bad' },
  'team-setup': { path: 'setup', hash: '#pbi_first' },
  'team-people': { steps: (page) => people(page, 'people') },
  'team-groups': { steps: (page) => people(page, 'groups') },
  'team-roles': { steps: (page) => people(page, 'roles') },
  'team-grants': { steps: (page) => people(page, 'access') },
  'team-rules': { steps: (page) => people(page, 'rules') },
  'team-accounts': { steps: (page) => people(page, 'accounts') },
  'team-act-as': {
    async steps(page) {
      await people(page, 'accounts');
      await page.getByRole('button', { name: 'More about Grace Hopper' }).click();
      await page.getByRole('menuitem', { name: 'See it as Grace Hopper…' }).click();
      await page.getByTestId('act-as-reason').fill('Ticket 4711: db-primary does not show up');
    },
  },
  'team-acting': { steps: (page) => row(page, 'Production').click() },
  'team-acting-over': { steps: (page) => page.getByTestId('acting-over').waitFor() },
  'team-account-ways': {
    async steps(page) {
      await people(page, 'accounts');
      await page.getByRole('button', { name: 'More about Grace Hopper' }).click();
      await page.getByRole('menuitem', { name: 'Ways to sign in…' }).click();
      await page.getByRole('button', { name: 'Remove the passkey “Phone”…' }).click();
      await page.mouse.move(700, 780);
      await page.getByTestId('way-sure').waitFor();
    },
  },
  'team-account-no-way': {
    async steps(page) {
      await people(page, 'accounts');
      await page.getByRole('button', { name: 'More about Grace Hopper' }).click();
      await page.getByRole('menuitem', { name: 'Ways to sign in…' }).click();
      for (const name of [/^Remove/, /^Unlink/]) {
        await page.getByRole('button', { name }).click();
        await click(page, 'way-remove');
      }
      await page.getByTestId('ways-password').waitFor();
    },
  },
  'team-account': {
    async steps(page) {
      await command(page, 'your account');
      await page.getByText('Safari on iPhone').waitFor();
    },
  },
  'team-access': {
    async steps(page) {
      await row(page, 'Production').click();
      await command(page, 'who has access');
      await page.getByTestId('access').getByText('Given here').waitFor();
    },
  },
  workspaces: {
    async steps(page) {
      await toWorkspace(page, 'Field office');
      await page.keyboard.press('Control+Shift+I');
    },
  },
  'workspaces-connected': {
    async steps(page) {
      await toWorkspace(page, 'Operations hub');
      await page.keyboard.press('Control+Shift+I');
    },
  },
  'workspaces-menu': {
    async steps(page) {
      await toWorkspace(page, 'Laboratory');
      await row(page, 'Laboratory').click({ button: 'right' });
    },
  },
  'workspaces-machine-away': {
    async steps(page) {
      await page.getByTestId('tree').focus();
      await page.keyboard.press('End');
      await page.getByTestId('tree-row').filter({ hasText: 'gate-01' }).last().click();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Control+Shift+I');
    },
  },
  'workspaces-session': {
    async steps(page) {
      await toWorkspace(page, 'Operations hub');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page
        .getByText('Last login')
        .waitFor()
        .catch(() => undefined);
    },
  },
  'workspaces-direct': {
    async steps(page) {
      await toWorkspace(page, 'Operations hub');
      await page.keyboard.press('Control+Shift+I');
      await row(page, 'gate-01').click();
      await row(page, 'gate-01').click({ button: 'right' });
    },
  },
  'workspaces-direct-session': {
    async steps(page) {
      await toWorkspace(page, 'Operations hub');
      await row(page, 'gate-01').click();
      await command(page, 'open directly');
      await page.getByTestId('direct').waitFor();
    },
  },
  'workspaces-page': {
    async steps(page) {
      await toWorkspace(page, 'Operations hub');
      await command(page, 'people and permissions');
      await page.getByText('Grace Hopper').waitFor();
    },
  },
  'workspaces-account': {
    async steps(page) {
      await toWorkspace(page, 'Operations hub');
      await command(page, 'your account');
      await page.getByText('Safari on iPhone').waitFor();
    },
  },
  conflict: {
    async steps(page) {
      await row(page, 'db-primary').click();
      await page.keyboard.press('Control+e');
      await page.getByTestId('editor-port').fill('2222');
      // As if another window had saved it meanwhile.
      await row(page, 'db-primary').click();
      await page.keyboard.press('F2');
      await page.keyboard.type('db-one');
      await page.keyboard.press('Enter');
      await row(page, 'db-one').waitFor();
      await click(page, 'editor-save');
      await page.getByTestId('conflict').waitFor();
    },
  },
  'workspace-add': { steps: (page) => addWorkspace(page, '') },
  'workspace-add-wrong': { steps: (page) => look(page, 'nowhere.example.net') },
  'workspace-add-present': { steps: (page) => look(page, 'team.example.net:7443') },
  'workspace-add-new': { steps: (page) => look(page, 'new.example.net') },
  'workspace-compare': { steps: (page) => look(page, 'hub.example.net') },
  'workspace-enter': { steps: (page) => look(page, 'public.example.net') },
  'workspace-enter-refused': {
    async steps(page) {
      await look(page, 'public.example.net');
      await page.getByTestId('sign-in-name').fill('ada');
      await page.getByTestId('sign-in-password').fill('guess');
      await click(page, 'workspace-enter');
      await page.getByText('The name or the password is wrong.').waitFor();
    },
  },
  'workspace-browser': {
    async steps(page) {
      await look(page, 'public.example.net');
      await click(page, 'workspace-browser-begin');
      await page.getByTestId('workspace-code').waitFor();
    },
  },
  'workspace-browser-own': {
    async steps(page) {
      await look(page, 'hub.example.net');
      await click(page, 'workspace-trust');
      await click(page, 'workspace-browser-begin');
      await page.getByTestId('workspace-code').waitFor();
    },
  },
  'workspace-browser-denied': {
    async steps(page) {
      await look(page, 'public.example.net');
      await click(page, 'workspace-browser-begin');
      await page.getByTestId('workspace-code').waitFor();
      await page.evaluate(() =>
        globalThis.patchbayHost.workspaces.decide({
          code: 'notAllowed',
          message: 'Somebody answered in the browser that this computer is not to be let in.',
          nextStep: 'Begin anew for another code, and let it in there if it is you who asks.',
          field: null,
          retryable: false,
        }),
      );
      await page.getByTestId('workspace-browser-again').waitFor();
    },
  },
  'workspace-join': {
    async steps(page) {
      await look(page, 'https://public.example.net/join#pbi_link');
      await page.getByTestId('account-display').fill('Grace Hopper');
      await page.getByTestId('account-name').fill('grace');
      await page.getByTestId('passphrase').fill('four words are better');
      await page.getByTestId('passphrase-again').fill('four words are better');
      await page.getByText('Very strong').waitFor();
    },
  },
  'workspace-sign-in': {
    async steps(page) {
      await toWorkspace(page, 'Laboratory');
      await command(page, 'sign in again');
      await page.getByTestId('workspace-sign-in').waitFor();
    },
  },
  'workspace-sign-in-browser': {
    async steps(page) {
      await toWorkspace(page, 'Laboratory');
      await command(page, 'sign in again');
      await click(page, 'workspace-browser-begin');
      await page.getByTestId('workspace-code').waitFor();
    },
  },
  'workspace-trust': {
    async steps(page) {
      await toWorkspace(page, 'Customers east');
      await command(page, 'compare the new');
      await page.getByTestId('workspace-certificate').waitFor();
    },
  },
  'workspace-leave': {
    async steps(page) {
      await toWorkspace(page, 'Operations hub');
      await row(page, 'Operations hub').click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'Leave…' }).click();
    },
  },
};
