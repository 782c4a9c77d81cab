/** Other vault files: opening one, and putting a backup back. Both ask for a file; null if the person cancels. */
import { call, pickFile, type VaultStatus } from '$lib/host';

export async function chooseVault(): Promise<VaultStatus | null> {
  const path = await pickFile('Open a vault');
  return path ? call('vault_choose', { path }) : null;
}

/** The core checks the backup first and moves what is at `to` aside. */
export async function restoreVault(to: string): Promise<VaultStatus | null> {
  const from = await pickFile('Restore a backup');
  return from ? call('vault_restore', { from, to }) : null;
}
