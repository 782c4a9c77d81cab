//! `patchbay-server`: the team server.

fn main() {}
