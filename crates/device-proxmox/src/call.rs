//! A request as a value: what is asked for, before anything is sent.

use hyper::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// What stands as it is in a segment of a path and in a form. Of what RFC 3986 section 3.3 allows, only what needs no thought.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes what stands between separators.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// A request below `/api2/json`.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// With what stands in segments encoded.
    pub(crate) path: String,
    /// Wiped, because passwords are among them.
    pub(crate) params: Vec<(String, Zeroizing<String>)>,
    /// A segment that would lead elsewhere: such a request is not sent.
    pub(crate) astray: bool,
}

impl Call {
    pub(crate) fn get(segments: &[&str]) -> Self {
        Self::new(Method::GET, segments)
    }

    pub(crate) fn post(segments: &[&str]) -> Self {
        Self::new(Method::POST, segments)
    }

    pub(crate) fn put(segments: &[&str]) -> Self {
        Self::new(Method::PUT, segments)
    }

    pub(crate) fn delete(segments: &[&str]) -> Self {
        Self::new(Method::DELETE, segments)
    }

    fn new(method: Method, segments: &[&str]) -> Self {
        let path = segments.iter().map(|segment| format!("/{}", encoded(segment))).collect();
        let astray = segments.iter().any(|segment| matches!(*segment, "" | "." | ".."));
        Self { method, path, params: Vec::new(), astray }
    }

    pub(crate) fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.params.push((name.into(), Zeroizing::new(value.to_string())));
        self
    }

    pub(crate) fn maybe(self, name: impl Into<String>, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Says yes; what is not said is no.
    pub(crate) fn flag(self, name: impl Into<String>, yes: bool) -> Self {
        if yes { self.with(name, 1) } else { self }
    }

    /// Whether it only looks.
    pub(crate) fn reads(&self) -> bool {
        self.method == Method::GET
    }

    /// Path and query as they are sent. What changes something has its values in the body, but for `DELETE`, whose body
    /// servers do not read.
    pub(crate) fn target(&self) -> String {
        let form = if self.in_query() { self.form() } else { Zeroizing::default() };
        let mark = if form.is_empty() { "" } else { "?" };
        format!("/api2/json{}{mark}{}", self.path, *form)
    }

    /// The body, if there is one.
    pub(crate) fn body(&self) -> Option<Zeroizing<String>> {
        if self.in_query() { None } else { Some(self.form()) }
    }

    fn in_query(&self) -> bool {
        self.method == Method::GET || self.method == Method::DELETE
    }

    /// `application/x-www-form-urlencoded`, with `%20` for blanks.
    fn form(&self) -> Zeroizing<String> {
        let mut form = Zeroizing::new(String::new());
        for (name, value) in &self.params {
            if !form.is_empty() {
                form.push('&');
            }
            form.extend(utf8_percent_encode(name, PLAIN));
            form.push('=');
            form.extend(utf8_percent_encode(value, PLAIN));
        }
        form
    }

    /// The node that it is about.
    pub(crate) fn node(&self) -> &str {
        let rest = self.path.strip_prefix("/nodes/").unwrap_or_default();
        rest.split('/').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_the_server_reads_them() {
        let call =
            Call::post(&["nodes", "pve 1", "vzdump"]).with("note", "a & b=ü\n").flag("all", false);
        assert_eq!(call.target(), "/api2/json/nodes/pve%201/vzdump");
        assert_eq!(
            call.body().as_deref().map(String::as_str),
            Some("note=a%20%26%20b%3D%C3%BC%0A")
        );
        assert_eq!(call.node(), "pve%201");
        let call =
            Call::delete(&["nodes", "a", "qemu", "100"]).flag("purge", true).maybe("x", Some(1));
        assert_eq!(call.target(), "/api2/json/nodes/a/qemu/100?purge=1&x=1");
        assert!(call.body().is_none());
    }

    #[test]
    fn a_segment_is_one_segment() {
        let volume = Call::get(&["nodes", "a", "content", "local:iso/../x?y#z"]);
        assert_eq!(volume.target(), "/api2/json/nodes/a/content/local%3Aiso%2F..%2Fx%3Fy%23z");
        assert!(!volume.astray);
        for wrong in ["", ".", ".."] {
            assert!(Call::get(&["nodes", wrong, "status"]).astray, "{wrong:?}");
        }
    }
}
