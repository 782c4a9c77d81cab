//! The routes over a real team.
