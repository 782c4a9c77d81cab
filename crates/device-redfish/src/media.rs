//! Images that a machine sees as a drive.

use crate::{
    Client, Link, RedfishError, Resource, Sent,
    json::{flag, link, text, texts},
};
use patchbay_model::Secret;
use serde_json::{Value, json};

/// A drive that takes images.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VirtualMedia {
    /// Where it is.
    pub link: Link,
    /// Its id there.
    pub id: String,
    /// What it can be: `CD`, `DVD`, `USBStick`, `Floppy`.
    pub kinds: Vec<String>,
    /// The image in it.
    pub image: Option<String>,
    /// Whether the machine sees it.
    pub inserted: bool,
    /// Whether it can be written to.
    pub write_protected: Option<bool>,
}

/// Who may read an image.
#[derive(Clone, Debug)]
pub struct ImageLogin {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}

impl VirtualMedia {
    /// Reads a `VirtualMedia`.
    #[must_use]
    pub fn of(link: &Link, body: &Value) -> Self {
        let image = text(body, &["Image"]);
        // Some do not clear the name of an image that was ejected.
        let inserted = flag(body, &["Inserted"]).unwrap_or_else(|| {
            image.is_some() && text(body, &["ConnectedVia"]).is_none_or(|via| via != "NotConnected")
        });
        Self {
            id: text(body, &["Id"]).unwrap_or_else(|| link.name().to_owned()),
            link: link.clone(),
            kinds: texts(body, &["MediaTypes"]),
            image,
            inserted,
            write_protected: flag(body, &["WriteProtected"]),
        }
    }
}

impl Client {
    /// The drives that take images over the network: the system's, or its controller's, where they were before.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn virtual_media(&self) -> Result<Vec<VirtualMedia>, RedfishError> {
        let system = self.system().await?;
        let mut found = self.members_if_there(link(&system.body, &["VirtualMedia"])).await?;
        if found.is_empty() {
            let manager = self.get(&self.manager_link().await?).await?;
            found = self.members_if_there(link(&manager.body, &["VirtualMedia"])).await?;
        }
        let others = self.vendor().facts().other_media;
        let all = found.iter().map(|one| VirtualMedia::of(&one.link, &one.body));
        Ok(all.filter(|one| !others.iter().any(|other| one.id.starts_with(other))).collect())
    }

    /// Puts an image in, write-protected. The machine fetches it itself, from an address that it can reach. Where this leads to a
    /// task, the image is in when that is done.
    ///
    /// # Errors
    /// If the machine says no.
    pub async fn insert_media(
        &self,
        media: &Link,
        image: &str,
        login: Option<&ImageLogin>,
    ) -> Result<Sent, RedfishError> {
        let media = self.get(media).await?;
        let mut body = json!({ "Image": image });
        if let (Some(login), Some(body)) = (login, body.as_object_mut()) {
            body.insert("UserName".to_owned(), login.user.as_str().into());
            body.insert("Password".to_owned(), login.password.expose_secret().as_str().into());
        }
        let Some(target) = target(&media, "#VirtualMedia.InsertMedia") else {
            return self.insert_by_patch(&media, body).await;
        };
        // `Inserted` and `WriteProtected` are true by themselves, and some refuse to be told.
        let sent = self.post(&target, &body).await;
        let scheme = image.split_once("://").map(|(scheme, _)| scheme.to_ascii_uppercase());
        match (sent, scheme) {
            // Others want to be told again what the address begins with.
            (Err(error), Some(scheme)) if asks_for(&error, "TransferProtocolType") => {
                if let Some(body) = body.as_object_mut() {
                    body.insert("TransferProtocolType".to_owned(), scheme.into());
                }
                self.post(&target, &body).await
            }
            (sent, _) => sent,
        }
    }

    /// As it was before there was an action: XClarity wants `Inserted`, and iLO 4 does not take it.
    async fn insert_by_patch(&self, media: &Resource, body: Value) -> Result<Sent, RedfishError> {
        let mut told = body.clone();
        if let Some(told) = told.as_object_mut() {
            told.insert("Inserted".to_owned(), true.into());
        }
        match self.patch(media, &told).await {
            Err(error) if error.is_refused(&[400]) => {
                let media = self.get(&media.link).await?;
                self.patch(&media, &body).await
            }
            sent => sent,
        }
    }

    /// Takes the image out.
    ///
    /// # Errors
    /// If the machine says no.
    pub async fn eject_media(&self, media: &Link) -> Result<Sent, RedfishError> {
        let media = self.get(media).await?;
        if let Some(target) = target(&media, "#VirtualMedia.EjectMedia") {
            return self.post(&target, &json!({})).await;
        }
        match self.patch(&media, &json!({ "Image": null, "Inserted": false })).await {
            Err(error) if error.is_refused(&[400]) => {
                self.patch(&media, &json!({ "Image": null })).await
            }
            sent => sent,
        }
    }
}

fn target(media: &Resource, action: &str) -> Option<Link> {
    text(&media.body, &["Actions", action, "target"]).and_then(|target| Link::parse(&target))
}

/// Whether a refusal is about a parameter that is missing.
fn asks_for(error: &RedfishError, parameter: &str) -> bool {
    let RedfishError::Refused { said, .. } = error else { return false };
    said.0.iter().any(|message| {
        message.text.contains(parameter) || message.arguments.iter().any(|one| one == parameter)
    })
}
