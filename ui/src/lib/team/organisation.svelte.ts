/** What the page of people and permissions reads of one organisation. */
import type { Member, OrganisationId, Permission } from './api';
import { Loaded } from './loaded.svelte';
import type { Membership } from './membership.svelte';

export class OrganisationView {
  readonly members;
  readonly groups;
  readonly roles;
  readonly grants;
  readonly invitations;

  constructor(
    private readonly team: Membership,
    readonly id: OrganisationId,
  ) {
    const { ask } = team;
    const path = { organisation: id };
    this.members = new Loaded(() => ask('GET /organisations/{organisation}/members', { path }));
    this.groups = new Loaded(() => ask('GET /organisations/{organisation}/groups', { path }));
    this.roles = new Loaded(() => ask('GET /organisations/{organisation}/roles', { path }));
    this.grants = new Loaded(() => ask('GET /organisations/{organisation}/grants', { path }));
    this.invitations = new Loaded(() =>
      ask('GET /organisations/{organisation}/invitations', { path }),
    );
  }

  get name(): string {
    return this.team.me?.organisations.find(({ id }) => id === this.id)?.name ?? '';
  }

  get permissions(): readonly Permission[] {
    return this.team.permissions(this.id);
  }

  get administers(): boolean {
    return this.permissions.includes('administer');
  }

  async load(): Promise<void> {
    const all = [this.members, this.groups, this.roles, this.grants];
    // Whoever may not make links may not see them either.
    await Promise.all(
      [...all, ...(this.administers ? [this.invitations] : [])].map((each) => each.load()),
    );
  }

  /** Does something that may change who has what. */
  async change<R>(work: () => Promise<R>): Promise<R> {
    const result = await work();
    await this.load();
    return result;
  }

  member(id: string): Member | undefined {
    return this.members.value?.find((member) => member.id === id);
  }

  /** Names of the groups somebody is in. */
  groupsOf(id: string): string[] {
    return (this.groups.value ?? [])
      .filter(({ members }) => members.includes(id))
      .map(({ name }) => name);
  }

  path<K extends string>(more: Record<K, string>): Record<K | 'organisation', string> {
    return { organisation: this.id, ...more } as Record<K | 'organisation', string>;
  }
}
