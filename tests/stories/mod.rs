//! Stories of one part of the product each.

mod broadcast;
mod desktop;
mod desktop_recording;
mod exchange;
mod fleet;
mod keys;
mod layouts;
mod recording;
mod restoring;
mod snippets;
mod telnet;
mod transfers;
mod tunnels;
