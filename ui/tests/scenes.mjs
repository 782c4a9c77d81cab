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

/** The page of a machine's power and hardware. */
async function power(page, name) {
  await row(page, name).click();
  await command(page, 'power and hardware');
  await page.mouse.move(700, 780);
  await page.getByTestId('power-card').waitFor();
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

async function machinePage(page, name, words) {
  await page.getByTestId('tree').focus();
  // Rows are drawn anew while the tree is scrolled: first bring it into sight, then press.
  await page.getByTestId('tree').evaluate((tree) => (tree.scrollTop = 400));
  await page.waitForTimeout(150);
  await row(page, name).click({ button: 'right' });
  await page.getByRole('menuitem', { name: words }).click();
}

async function guest(page, name, part) {
  await machinePage(page, 'pve-01', 'Open guests');
  await page.getByTestId('guest-row').filter({ hasText: name }).click();
  if (part) await page.locator('label').filter({ hasText: part }).click();
  await page.getByTestId('guest-panel').waitFor();
  await page.mouse.move(700, 790);
}

export const scenes = {
  'unlocked-guests': {
    async steps(page) {
      await machinePage(page, 'pve-01', 'Open guests');
      await page.getByTestId('guest-row').first().waitFor();
    },
  },
  'unlocked-tree-guests': {
    async steps(page) {
      await page.getByTestId('tree').focus();
      await page.getByTestId('tree').evaluate((tree) => (tree.scrollTop = 400));
      await page.waitForTimeout(150);
      await row(page, 'pve-01').click();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('treeitem', { name: 'web-02 (101)' }).click();
      await page.keyboard.press('Control+Shift+I');
      await page.getByTestId('inspector-live').waitFor();
    },
  },
  'unlocked-guests-code': {
    async steps(page) {
      await page.evaluate(() => (globalThis.patchbayHost.managed.cluster.code = '123456'));
      await machinePage(page, 'pve-01', 'Open guests');
      await page.getByTestId('code').fill('654321');
      await click(page, 'code-go');
      await page.getByText('refused the one-time password').waitFor();
    },
  },
  'unlocked-consoles': {
    async steps(page) {
      await page.getByTestId('tree').evaluate((tree) => (tree.scrollTop = 700));
      await page.waitForTimeout(150);
      await row(page, 'lab-14').click();
      await command(page, 'open console ports');
      await page.getByTestId('console-port').first().waitFor();
    },
  },
  'unlocked-guest': { steps: (page) => guest(page, 'web-01') },
  'unlocked-guest-settings': { steps: (page) => guest(page, 'web-01', 'Settings') },
  'unlocked-guest-disks': { steps: (page) => guest(page, 'web-01', 'Disks') },
  'unlocked-guest-snapshots': { steps: (page) => guest(page, 'web-01', 'Snapshots') },
  'unlocked-guest-backups': { steps: (page) => guest(page, 'web-01', 'Backups') },
  'unlocked-guest-clone': {
    async steps(page) {
      await guest(page, 'debian-13-cloud');
      await click(page, 'guest-more');
      await page.getByRole('menuitem', { name: /New machine/ }).click();
      await page.getByTestId('guest-clone').waitFor();
    },
  },
  'unlocked-guest-guard': {
    async steps(page) {
      await guest(page, 'web-01');
      await click(page, 'guest-more');
      await page.getByRole('menuitem', { name: 'Force off…' }).click();
      await page.getByTestId('power-guard').waitFor();
    },
  },
  'unlocked-ports': {
    async steps(page) {
      await machinePage(page, 'sw-core-01', 'Open ports');
      await page.getByTestId('port-row').first().waitFor();
      await page.mouse.move(700, 790);
    },
  },
  'unlocked-port': {
    async steps(page) {
      await machinePage(page, 'sw-core-01', 'Open ports');
      await page.getByTestId('port-row').filter({ hasText: 'app-01' }).click();
      await page.getByTestId('port-panel').waitFor();
      await page.mouse.move(700, 790);
    },
  },
  'unlocked-port-plan': {
    async steps(page) {
      await scenes['unlocked-port'].steps(page);
      await page.getByTestId('port-alias').fill('app-01, moved');
      await click(page, 'port-vlan');
      await page.getByRole('option', { name: '30 storage' }).click();
      await click(page, 'port-plan');
      await page.getByTestId('plan-lines').waitFor();
    },
  },
  'unlocked-port-waits': {
    async steps(page) {
      await scenes['unlocked-port-plan'].steps(page);
      await click(page, 'plan-apply');
      await page.getByTestId('change-keep').waitFor();
    },
  },
  'unlocked-vlans': {
    async steps(page) {
      await machinePage(page, 'sw-core-01', 'Open ports');
      await page.locator('label').filter({ hasText: 'VLANs' }).first().click();
    },
  },
  'unlocked-outlets': {
    async steps(page) {
      await machinePage(page, 'pdu-a2', 'Open outlets');
      await page.getByTestId('outlet').first().waitFor();
      await page.mouse.move(700, 790);
    },
  },
  'unlocked-outlet-guard': {
    async steps(page) {
      await scenes['unlocked-outlets'].steps(page);
      await page.getByRole('button', { name: 'Turn off outlet 7' }).click();
      await page.getByTestId('power-guard').waitFor();
    },
  },
  'unlocked-fleet': {
    async steps(page) {
      await command(page, 'fleet');
      await page.getByTestId('fleet-row').first().waitFor();
      await page.mouse.move(700, 790);
    },
  },
  'unlocked-storage': {
    async steps(page) {
      await machinePage(page, 'pve-01', 'Open guests');
      await page.getByText('Storage', { exact: true }).click();
      await page.getByTestId('volume').first().waitFor();
    },
  },
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
  power: {
    async steps(page) {
      await power(page, 'pve-02');
      await page.getByText('Fan 3').first().waitFor();
    },
  },
  'power-guard': {
    async steps(page) {
      await power(page, 'pve-02');
      await click(page, 'power-cycle');
      await page.getByTestId('power-guard-name').fill('pve-0');
    },
  },
  'power-result': {
    async steps(page) {
      await power(page, 'pve-02');
      await page.evaluate(() => globalThis.patchbayHost.devices.refuses.push('way-bmc'));
      await click(page, 'power-cycle');
      await page.getByTestId('power-guard-name').fill('pve-02');
      await click(page, 'power-guard-go');
      await page.getByTestId('power-result').waitFor();
    },
  },
  ...Object.fromEntries(
    ['Hardware', 'Users', 'Virtual media', 'History'].map((panel) => [
      `power-${panel.toLowerCase().replace(' ', '-')}`,
      {
        async steps(page) {
          await power(page, 'pve-02');
          await page.getByText(panel, { exact: true }).click();
          await page.getByRole('heading', { level: 2 }).nth(3).waitFor();
        },
      },
    ]),
  ),
  'power-raw': {
    async steps(page) {
      await power(page, 'pve-01');
      await page.getByText('Raw command', { exact: true }).click();
      await page.getByTestId('raw-request').fill('06 01');
    },
  },
  'power-trust': {
    async steps(page) {
      await power(page, 'lab-01');
      await page.getByTestId('trust-card').waitFor();
    },
  },
  'power-none': {
    async steps(page) {
      await power(page, 'pve-01');
      await page.evaluate(() => {
        const nodes = globalThis.patchbayHost.tree.entries();
        nodes.find(({ id }) => id === 'node-pve-01').draft.management = [];
      });
      await click(page, 'power-refresh');
      await page.getByText('There is no way to manage').waitFor();
    },
  },
  'power-shared': {
    async steps(page) {
      await page.evaluate(() => {
        const { devices } = globalThis.patchbayHost;
        const target = { kind: 'conserver', id: 'node-pve-02', way: 'way-bmc', force: false };
        const problem = {
          code: 'conflict',
          message: 'eva@gate has this console.',
          nextStep: 'Open it to see what is done there, or take it over.',
          field: null,
          retryable: false,
        };
        const detail = 'console pve-02 of lab-14';
        devices.rungs = [
          ...devices.rungs.slice(0, 1),
          { name: 'Console server', detail, target, ready: true, ms: 31, problem },
        ];
      });
      await power(page, 'pve-02');
      await page.getByTestId('end-other').waitFor();
    },
  },
  'power-code': {
    async steps(page) {
      await page.evaluate(() => (globalThis.patchbayHost.managed.cluster.code = '123456'));
      await power(page, 'pve-01');
      await page.getByTestId('code').fill('654321');
    },
  },
  'power-menu': {
    async steps(page) {
      await row(page, 'pve-02').click({ button: 'right' });
    },
  },
  management: {
    async steps(page) {
      await row(page, 'pve-02').click();
      await page.keyboard.press('Control+e');
      await page.getByRole('button', { name: 'Management' }).click();
      await page.getByTestId('way-edit').first().click();
      await page.getByTestId('way-test').first().click();
      await page.getByText('It answers').waitFor();
    },
  },
  'management-ipmi': {
    async steps(page) {
      await row(page, 'pve-01').click();
      await page.keyboard.press('Control+e');
      await page.getByRole('button', { name: 'Management' }).click();
      await page.getByTestId('way-edit').first().click();
      await click(page, 'way-unprotected');
    },
  },
  'management-snmp': {
    async steps(page) {
      await row(page, 'pdu-a2').click();
      await page.keyboard.press('Control+e');
      await page.getByRole('button', { name: 'Management' }).click();
      await click(page, 'way-add');
      await page.getByRole('menuitem', { name: 'SNMP' }).click();
      await page.getByTestId('way-add').scrollIntoViewIfNeeded();
    },
  },
  'management-conserver': {
    async steps(page) {
      await row(page, 'pdu-a2').click();
      await page.keyboard.press('Control+e');
      await page.getByRole('button', { name: 'Management' }).click();
      await click(page, 'way-add');
      await page.getByRole('menuitem', { name: 'Console at a conserver' }).click();
      await page.getByTestId('way-plain').scrollIntoViewIfNeeded();
      await click(page, 'way-plain');
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
