//! Switches by their command lines.
