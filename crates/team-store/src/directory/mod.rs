//! What is kept about people, one table for each kind of thing.

mod doors;
mod read;
mod write;

pub(crate) use read::all;
pub(crate) use write::write;
