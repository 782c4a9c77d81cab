/** Nodes and storages to choose from. */

import type { Cluster, GuestKind } from '$lib/host';
import { usedText } from './words';

export interface Option {
  value: string;
  label: string;
  hint?: string;
  disabled?: boolean;
}

/** The nodes; the first is none of them. */
export function nodeOptions({ nodes }: Cluster, none: string): Option[] {
  return [
    { value: '', label: none },
    ...nodes.map(({ name, online }) =>
      online
        ? { value: name, label: name }
        : { value: name, label: name, hint: 'offline', disabled: true },
    ),
  ];
}

/** Storages of a node that may hold something. */
export function storagesFor({ storages }: Cluster, node: string, content: string): Option[] {
  return storages
    .filter((storage) => storage.node === node && storage.content.includes(content))
    .map(({ name, usage }) => ({
      value: name,
      label: name,
      hint: usedText(usage.disk, usage.diskAll),
    }));
}

/** Those for the disks of a guest; the first is none of them. */
export function storageOptions(
  cluster: Cluster,
  node: string,
  kind: GuestKind,
  none: string,
): Option[] {
  return [
    { value: '', label: none },
    ...storagesFor(cluster, node, kind === 'vm' ? 'images' : 'rootdir'),
  ];
}
