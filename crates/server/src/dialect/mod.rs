//! APIs of other products, for scripts that were written for them.

pub(crate) mod nexterm;
