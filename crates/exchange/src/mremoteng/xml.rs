//! XML without document types and without entities of its own.

use super::unreadable;
use crate::ExchangeError;
use quick_xml::{
    XmlVersion,
    events::{BytesStart, Event as Raw},
};
use std::collections::HashMap;

const MOST_ATTRIBUTES: usize = 600;
const LONGEST_VALUE: usize = 256 * 1024;

/// What an element says.
#[derive(Debug, Default)]
pub(super) struct Attributes(HashMap<String, String>);

impl Attributes {
    /// A value; empty if it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Whether a value is true.
    pub(super) fn is(&self, name: &str) -> bool {
        self.get(name).eq_ignore_ascii_case("true")
    }
}

/// What is of interest.
pub(super) enum Event {
    /// An element that has something inside.
    Open(String, Attributes),
    /// One that has not.
    Empty(String, Attributes),
    /// The end of one that has.
    Close,
}

/// Reads a text.
pub(super) struct Reader<'a> {
    text: &'a str,
    inner: quick_xml::Reader<&'a [u8]>,
    /// Up to where lines are counted, and how many there are.
    counted: (usize, u32),
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, inner: quick_xml::Reader::from_str(text), counted: (0, 1) }
    }

    /// The next event with the line it begins on.
    pub(super) fn next(&mut self) -> Result<Option<(u32, Event)>, ExchangeError> {
        loop {
            let line = self.line();
            let event = match self.inner.read_event() {
                Ok(event) => event,
                Err(error) => {
                    return Err(unreadable(format!("line {} is no XML ({error}).", self.line())));
                }
            };
            return Ok(Some(match event {
                Raw::Eof => return Ok(None),
                Raw::DocType(_) => {
                    return Err(unreadable("it has a document type, which is not read."));
                }
                Raw::Start(element) => {
                    (line, Event::Open(name(&element), attributes(&element, line)?))
                }
                Raw::Empty(element) => {
                    (line, Event::Empty(name(&element), attributes(&element, line)?))
                }
                Raw::End(_) => (line, Event::Close),
                _ => continue,
            }));
        }
    }

    /// The text up to the next element or the end of this one.
    pub(super) fn text(&mut self) -> Result<String, ExchangeError> {
        let mut all = String::new();
        loop {
            match self.inner.read_event() {
                Ok(Raw::Text(text)) => all.push_str(&text.xml10_content()),
                Ok(Raw::CData(text)) => all.push_str(&text.xml10_content()),
                Ok(Raw::Comment(_)) => {}
                Ok(_) => return Ok(all),
                Err(error) => return Err(unreadable(format!("it is no XML ({error})."))),
            }
        }
    }

    fn line(&mut self) -> u32 {
        let to = usize::try_from(self.inner.buffer_position()).unwrap_or(usize::MAX);
        let to = to.min(self.text.len());
        let (from, mut line) = self.counted;
        let more = self.text.as_bytes().get(from..to).unwrap_or_default();
        line += u32::try_from(more.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0);
        self.counted = (to, line);
        line
    }
}

fn name(element: &BytesStart<'_>) -> String {
    element.name().as_ref().to_owned()
}

fn attributes(element: &BytesStart<'_>, line: u32) -> Result<Attributes, ExchangeError> {
    let mut all = HashMap::new();
    // Looking for doubles compares each with each.
    let mut listed = element.attributes();
    for attribute in listed.with_checks(false) {
        let odd = |what: String| unreadable(format!("line {line} is no XML ({what})."));
        let attribute = attribute.map_err(|error| odd(error.to_string()))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| odd(error.to_string()))?;
        if value.len() > LONGEST_VALUE || all.len() >= MOST_ATTRIBUTES {
            return Err(ExchangeError::TooMuch("an element with too many or too long values"));
        }
        all.entry(attribute.key.as_ref().to_owned()).or_insert_with(|| value.into_owned());
    }
    Ok(Attributes(all))
}
