//! Collections and their pages (DSP0266 section 8.4).

use crate::{
    Client, Link, RedfishError, Resource,
    json::{at, link, list, text},
};
use serde_json::Value;

/// Members that are looked at; a longer collection is cut.
pub(crate) const MOST_MEMBERS: usize = 1_000;
/// Pages that are followed.
const MOST_PAGES: usize = 100;
/// Asks for the members themselves in place of links to them.
const EXPAND: &str = "$expand=.($levels=1)";

/// Part of a collection.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Page {
    /// Members as they stand in it: links, or whole.
    pub(crate) members: Vec<Value>,
    /// Where it goes on.
    pub(crate) next: Option<Link>,
}

impl Page {
    pub(crate) fn of(body: &Value) -> Self {
        let members = list(body, &["Members"]).take(MOST_MEMBERS).cloned().collect();
        let next = at(body, &["Members@odata.nextLink"]).as_str().and_then(Link::parse);
        Self { members, next }
    }
}

/// The pages of a collection, each once and not without an end.
struct Pages {
    seen: Vec<Link>,
    next: Option<Link>,
}

impl Pages {
    fn from(collection: &Link) -> Self {
        Self { seen: Vec::new(), next: Some(collection.clone()) }
    }

    /// The next one, with so many members found so far.
    fn next(&mut self, found: usize) -> Option<Link> {
        let next = self.next.take()?;
        let fits = found < MOST_MEMBERS && self.seen.len() < MOST_PAGES;
        if !fits || self.seen.contains(&next) {
            return None;
        }
        self.seen.push(next.clone());
        Some(next)
    }

    fn go_on(&mut self, next: Option<Link>) {
        self.next = next;
    }
}

/// Whether a member is more than a link to it.
pub(crate) fn is_whole(member: &Value) -> bool {
    member.as_object().is_some_and(|member| member.keys().any(|key| !key.starts_with('@')))
}

impl Client {
    /// One page, with its members where the machine gives them.
    pub(crate) async fn page(&self, link: &Link) -> Result<Page, RedfishError> {
        if self.expands() && !link.as_str().contains('?') {
            // Some say that they can and refuse it all the same.
            match self.get(&link.with_query(EXPAND)).await {
                Ok(found) => return Ok(Page::of(&found.body)),
                Err(RedfishError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Page::of(&self.get(link).await?.body))
    }

    /// The links of all members.
    pub(crate) async fn member_links(&self, collection: &Link) -> Result<Vec<Link>, RedfishError> {
        let mut links = Vec::new();
        let mut pages = Pages::from(collection);
        while let Some(page) = pages.next(links.len()) {
            let page = Page::of(&self.get(&page).await?.body);
            links.extend(page.members.iter().filter_map(|member| link(member, &[])));
            pages.go_on(page.next);
        }
        links.truncate(MOST_MEMBERS);
        Ok(links)
    }

    /// All members, in the order of the collection. Those that the machine refuses to show are left out.
    pub(crate) async fn members(&self, collection: &Link) -> Result<Vec<Resource>, RedfishError> {
        let mut found = Vec::new();
        let mut pages = Pages::from(collection);
        while let Some(page) = pages.next(found.len()) {
            let page = self.page(&page).await?;
            for member in page.members {
                found.extend(self.member(member).await?);
            }
            pages.go_on(page.next);
        }
        found.truncate(MOST_MEMBERS);
        Ok(found)
    }

    /// A member that stands in a collection, whole.
    pub(crate) async fn member(&self, member: Value) -> Result<Option<Resource>, RedfishError> {
        let Some(link) = link(&member, &[]) else { return Ok(None) };
        if is_whole(&member) {
            let etag = text(&member, &["@odata.etag"]);
            return Ok(Some(Resource { link, etag, body: member }));
        }
        shown(self.get(&link).await)
    }

    /// A resource that may not be there.
    pub(crate) async fn get_if_there(
        &self,
        link: Option<Link>,
    ) -> Result<Option<Resource>, RedfishError> {
        match link {
            Some(link) => shown(self.get(&link).await),
            None => Ok(None),
        }
    }

    /// The members of a collection that may not be there.
    pub(crate) async fn members_if_there(
        &self,
        link: Option<Link>,
    ) -> Result<Vec<Resource>, RedfishError> {
        let Some(link) = link else { return Ok(Vec::new()) };
        Ok(shown(self.members(&link).await)?.unwrap_or_default())
    }
}

/// What the machine links to and does not have, or has and does not show, is not there.
fn shown<T>(found: Result<T, RedfishError>) -> Result<Option<T>, RedfishError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(RedfishError::Missing { .. } | RedfishError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
