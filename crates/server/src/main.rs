//! `patchbay-server`: the team server. All of it is in the library.

fn main() {}
