/** Where one is in the page of people and permissions: kept while one looks elsewhere, and set by actions that lead there. */
import { tabs } from '$lib/tabs/tabs.svelte';

export type Section =
  | 'account'
  | 'people'
  | 'groups'
  | 'roles'
  | 'access'
  | 'rules'
  | 'activity'
  | 'accounts'
  | 'organisations'
  | 'signIn'
  | 'audit';

class PeoplePlace {
  section = $state<Section>('people');
  /** Null: the first. */
  organisation = $state<string | null>(null);

  show(section: Section, organisation: string | null = this.organisation): void {
    this.section = section;
    this.organisation = organisation;
    tabs.open({ kind: 'people' });
  }
}

export const people = new PeoplePlace();
