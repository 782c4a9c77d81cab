//! Stories of one part of the product each.

mod broadcast;
mod fleet;
mod recording;
mod telnet;
mod transfers;
mod tunnels;
