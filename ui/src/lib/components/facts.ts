/** Something that is known: its name, its value, and whether it is written as code is. */
export type Fact = readonly [name: string, value: string, mono?: boolean];
