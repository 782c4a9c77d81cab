/** Who somebody is at the team server of a workspace: what the pages of lib/team are given on the desktop. */
import { call, type WorkspaceId, type WorkspaceInfo } from '$lib/host';
import { askBy } from '$lib/team/ask';
import { Membership } from '$lib/team/membership.svelte';

export class Teamwork extends Membership {
  constructor(
    private readonly id: WorkspaceId,
    private readonly info: () => WorkspaceInfo | undefined,
  ) {
    super(askBy((method, path, body) => call('workspace_request', { id, method, path, body })));
  }

  get origin(): string {
    return this.info()?.address ?? '';
  }

  async signOut(): Promise<void> {
    await call('workspace_sign_out', { id: this.id });
  }
}
