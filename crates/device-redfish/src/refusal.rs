//! What a machine says when it says no (DSP0266 section 8.6: error responses).

use crate::{
    RedfishError,
    json::{clean, list, text, texts},
};
use serde_json::Value;
use std::fmt;

/// Messages of one answer that are kept.
const MOST: usize = 8;

/// One message of a registry.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Message {
    /// Its key without the registry and its version: `InsufficientPrivilege` of `Base.1.8.InsufficientPrivilege`.
    pub key: String,
    /// In the machine's words.
    pub text: String,
    /// What the machine advises.
    pub resolution: Option<String>,
    /// What stands in the text's gaps.
    pub arguments: Vec<String>,
}

/// What a machine said, the most telling first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said(pub Vec<Message>);

impl Message {
    fn of(value: &Value) -> Option<Self> {
        let id = text(value, &["MessageId"]).unwrap_or_default();
        let key = id.rsplit('.').next().unwrap_or_default().to_owned();
        let said = text(value, &["Message"]).unwrap_or_default();
        let resolution =
            text(value, &["Resolution"]).filter(|text| text != "None" && text != "None.");
        let arguments = texts(value, &["MessageArgs"]);
        (!key.is_empty() || !said.is_empty()).then_some(Self {
            key,
            text: said,
            resolution,
            arguments,
        })
    }
}

impl Said {
    /// Reads the body of an answer. What is no JSON says nothing.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).map_or_else(|_| Self::default(), |value| Self::of(&value))
    }

    /// Reads the messages of an error, or those beside a resource.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        const INFO: &str = "@Message.ExtendedInfo";
        let infos = list(value, &["error", INFO]).chain(list(value, &[INFO]));
        let infos = infos.chain(list(value, &["Messages"]));
        let mut all: Vec<_> = infos.filter_map(Message::of).take(MOST).collect();
        if all.iter().all(|message| message.text.is_empty())
            && let Some(said) = text(value, &["error", "message"])
        {
            all.insert(0, Message { text: said, ..Message::default() });
        }
        // "A general error has occurred" and the like tell nothing beside another.
        all.sort_by_key(|message| matches!(message.key.as_str(), "GeneralError" | "Success"));
        Self(all)
    }

    /// Whether one of the messages has this key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|message| message.key == key)
    }

    fn speaks_of(&self, word: &str) -> bool {
        let is_in = |text: &String| text.to_ascii_lowercase().contains(word);
        self.0.iter().any(|message| is_in(&message.key) || is_in(&message.text))
    }

    /// What the refusal of a request means, beginning with what people can do something about.
    pub(crate) fn judge(self, status: u16, at: &str, user: &str) -> RedfishError {
        let (at, user) = (at.to_owned(), user.to_owned());
        if self.has("PasswordChangeRequired") {
            return RedfishError::PasswordChangeRequired { at, user };
        }
        if self.has("SessionLimitExceeded") {
            return RedfishError::SessionsFull { at };
        }
        match status {
            401 | 403 if self.speaks_of("locked") => RedfishError::Locked { at, user },
            401 => RedfishError::WrongPassword { at, user },
            403 if self.0.is_empty() || self.has("AccessDenied") => {
                RedfishError::NotAllowed { at, user }
            }
            _ if self.has("InsufficientPrivilege") => RedfishError::NotAllowed { at, user },
            404 | 410 if self.0.is_empty() => {
                RedfishError::Missing { at, what: "such resource".to_owned() }
            }
            _ => RedfishError::Refused { at, status, said: self },
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.0.first() else { return f.write_str("it does not say why.") };
        let said = if first.text.is_empty() { &first.key } else { &first.text };
        f.write_str(clean(said).as_deref().unwrap_or("it does not say why."))?;
        if !said.ends_with('.') {
            f.write_str(".")?;
        }
        match &first.resolution {
            Some(resolution) => write!(f, " {resolution}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Said;
    use crate::RedfishError;

    /// As DSP0266 section 8.6 shows one.
    const BODY: &str = r#"{"error":{"code":"Base.1.8.GeneralError","message":"A general error has occurred.",
        "@Message.ExtendedInfo":[
            {"MessageId":"Base.1.8.GeneralError","Message":"A general error has occurred.","Resolution":"None."},
            {"MessageId":"Base.1.8.PropertyValueNotInList","Message":"The value Red is not in the list","MessageArgs":["Red","IndicatorLED"],
             "Resolution":"Choose another."}]}}"#;

    #[test]
    fn the_most_telling_message_is_first() {
        let said = Said::read(BODY.as_bytes());
        assert!(said.has("PropertyValueNotInList"));
        assert_eq!(said.to_string(), "The value Red is not in the list. Choose another.");
        let bare = Said::read(br#"{"error":{"code":"x","message":"Not found\u001b[2J"}}"#);
        assert_eq!(bare.to_string(), "Not found[2J.");
        assert_eq!(Said::read(b"<html>").to_string(), "it does not say why.");
    }

    #[test]
    fn what_people_can_act_on_is_told_apart() {
        let with = |key: &str, text: &str, status| {
            let body = format!(
                r#"{{"error":{{"@Message.ExtendedInfo":[{{"MessageId":"Base.1.8.{key}","Message":"{text}"}}]}}}}"#
            );
            Said::read(body.as_bytes()).judge(status, "bmc", "admin")
        };
        assert!(matches!(with("InsufficientPrivilege", "", 400), RedfishError::NotAllowed { .. }));
        assert!(matches!(
            with("PasswordChangeRequired", "", 403),
            RedfishError::PasswordChangeRequired { .. }
        ));
        assert!(matches!(with("AccessDenied", "", 403), RedfishError::NotAllowed { .. }));
        assert!(matches!(with("x", "Not in lockdown", 403), RedfishError::Refused { .. }));
        assert!(matches!(with("x", "The account is LOCKED", 401), RedfishError::Locked { .. }));
        assert!(matches!(with("x", "", 401), RedfishError::WrongPassword { .. }));
        assert!(matches!(with("SessionLimitExceeded", "", 503), RedfishError::SessionsFull { .. }));
        assert!(matches!(with("x", "no", 409), RedfishError::Refused { status: 409, .. }));
    }
}
