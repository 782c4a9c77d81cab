/** The words for guests, nodes and storages. */

import type { DotState } from '$lib/components/StatusDot.svelte';
import { durationText, partText, sizeText } from '$lib/files/format';
import type { ClusterGuest, ClusterNode, ClusterUsage, GuestKind } from '$lib/host';

export const KIND_WORDS: Record<GuestKind, string> = {
  vm: 'Virtual machine',
  container: 'Container',
};

export const CONTENT_WORDS: Record<string, string> = {
  iso: 'ISO images',
  vztmpl: 'Container templates',
  backup: 'Backups',
  images: 'Disks',
  rootdir: 'Container volumes',
};

/** "web-01 (100)". */
export function guestTitle({ name, id }: Pick<ClusterGuest, 'name' | 'id'>): string {
  return name === '' ? String(id) : `${name} (${id})`;
}

/** "running", "template", "stopped, locked: backup". */
export function statusWords({ template, status, lock }: ClusterGuest): string {
  const state = template ? 'template' : status;
  return lock === null ? state : `${state}, locked: ${lock}`;
}

export function guestDot({ status, template }: ClusterGuest): DotState {
  if (template) return 'unknown';
  if (status === 'running') return 'up';
  return status === 'stopped' ? 'unknown' : 'warning';
}

export function nodeDot({ online }: ClusterNode): DotState {
  return online ? 'up' : 'down';
}

export function percentText(part: number | null): string {
  return part === null ? '' : `${Math.round(part * 100)}%`;
}

/** How full memory or a disk is, from 0 to 1. */
export function partOf(used: number | null, all: number | null): number | null {
  return used === null || all === null || all <= 0 ? null : used / all;
}

/** "2.10 of 4.00 GB"; the one that is known. */
export function usedText(used: number | null, all: number | null): string {
  if (all === null) return used === null ? '' : sizeText(used);
  return used === null ? sizeText(all) : partText(used, all);
}

/** "12% of 4 cores". */
export function cpuText({ cpu, cpus }: ClusterUsage): string {
  const cores = cpus === null ? '' : `${cpus} ${cpus === 1 ? 'core' : 'cores'}`;
  if (cpu === null) return cores;
  return cores ? `${percentText(cpu)} of ${cores}` : percentText(cpu);
}

const DAY = 24 * 3600;

/** "12 d", "4 h 10 min". */
export function uptimeText(seconds: number | null): string {
  if (!seconds) return '';
  return seconds >= DAY ? `${Math.floor(seconds / DAY)} d` : durationText(seconds);
}

/** The last part of a volume's id, which its deletion asks for: `debian.iso`. */
export function volumeName(id: string): string {
  return id.split(/[/:]/).at(-1) ?? id;
}
