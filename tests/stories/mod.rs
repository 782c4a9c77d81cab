//! Stories of one part of the product each.

mod broadcast;
mod desktop;
mod desktop_recording;
mod devices;
mod exchange;
mod fleet;
mod keys;
mod layouts;
mod rdp;
mod recording;
mod restoring;
mod second_person;
mod snippets;
mod team_server;
mod telnet;
mod transfers;
mod tree;
mod tunnels;
