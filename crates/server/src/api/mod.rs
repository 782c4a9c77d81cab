//! tmp
use crate::Team;
use std::sync::Arc;
/// tmp
#[derive(Debug)]
pub struct Api(pub Arc<Team>);
/// tmp
pub fn router(_api: Api) -> axum::Router { axum::Router::new() }
