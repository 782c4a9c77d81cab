//! XML without document types and without entities of its own.

use crate::ExchangeError;
use quick_xml::{
    XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event as Raw},
};
use std::collections::HashMap;

const MOST_ATTRIBUTES: usize = 600;
const LONGEST_VALUE: usize = 256 * 1024;

/// What an element says.
#[derive(Debug, Default)]
pub(crate) struct Attributes(HashMap<String, String>);

impl Attributes {
    /// A value; empty if it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Whether a value is true.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.get(name).eq_ignore_ascii_case("true")
    }
}

/// What is of interest.
pub(crate) enum Event {
    /// An element that has something inside.
    Open(String, Attributes),
    /// One that has not.
    Empty(String, Attributes),
    /// The end of one that has.
    Close,
}

/// Reads a text.
pub(crate) struct Reader<'a> {
    /// What it is read as, with its article.
    format: &'static str,
    text: &'a str,
    inner: quick_xml::Reader<&'a [u8]>,
    /// Up to where lines are counted, and how many there are.
    counted: (usize, u32),
}

impl<'a> Reader<'a> {
    pub(crate) fn new(format: &'static str, text: &'a str) -> Self {
        Self { format, text, inner: quick_xml::Reader::from_str(text), counted: (0, 1) }
    }

    fn unreadable(&self, reason: impl Into<String>) -> ExchangeError {
        ExchangeError::Unreadable { format: self.format, reason: reason.into() }
    }

    /// The next event with the line it begins on.
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Event)>, ExchangeError> {
        loop {
            let line = self.line();
            let event = match self.inner.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let line = self.line();
                    return Err(self.unreadable(format!("line {line} is no XML ({error}).")));
                }
            };
            return Ok(Some(match event {
                Raw::Eof => return Ok(None),
                Raw::DocType(_) => {
                    return Err(self.unreadable("it has a document type, which is not read."));
                }
                Raw::Start(element) => {
                    (line, Event::Open(name(&element), attributes(self.format, &element, line)?))
                }
                Raw::Empty(element) => {
                    (line, Event::Empty(name(&element), attributes(self.format, &element, line)?))
                }
                Raw::End(_) => (line, Event::Close),
                _ => continue,
            }));
        }
    }

    /// The text up to the next element or the end of this one.
    pub(crate) fn text(&mut self) -> Result<String, ExchangeError> {
        let mut all = String::new();
        loop {
            match self.inner.read_event() {
                Ok(Raw::Text(text)) => all.push_str(&text.xml10_content()),
                Ok(Raw::CData(text)) => all.push_str(&text.xml10_content()),
                Ok(Raw::Comment(_)) => {}
                Ok(_) => return Ok(all),
                Err(error) => return Err(self.unreadable(format!("it is no XML ({error})."))),
            }
        }
    }

    /// All text of the element that was just opened, up to its end; elements inside it are passed over.
    pub(crate) fn leaf(&mut self) -> Result<String, ExchangeError> {
        let mut all = String::new();
        let mut inside = 0_u32;
        loop {
            match self.inner.read_event() {
                Ok(Raw::Start(_)) => inside += 1,
                Ok(Raw::End(_)) if inside == 0 => return Ok(all),
                Ok(Raw::End(_)) => inside -= 1,
                Ok(Raw::Text(text)) if inside == 0 => all.push_str(&text.xml10_content()),
                Ok(Raw::CData(text)) if inside == 0 => all.push_str(&text.xml10_content()),
                Ok(Raw::GeneralRef(entity)) if inside == 0 => self.entity(&entity, &mut all)?,
                Ok(Raw::Eof) => return Err(self.unreadable("it ends in the middle.")),
                Ok(_) => {}
                Err(error) => {
                    let line = self.line();
                    return Err(self.unreadable(format!("line {line} is no XML ({error}).")));
                }
            }
            if all.len() > LONGEST_VALUE {
                return Err(ExchangeError::TooMuch("an element with too many or too long values"));
            }
        }
    }

    /// What a character reference or one of the five entities every document has stands for.
    fn entity(&self, entity: &BytesRef<'_>, all: &mut String) -> Result<(), ExchangeError> {
        match (entity.resolve_char_ref(), resolve_predefined_entity(entity.as_ref())) {
            (Ok(Some(c)), _) => all.push(c),
            (_, Some(text)) => all.push_str(text),
            _ => return Err(self.unreadable("it has entities of its own, which are not read.")),
        }
        Ok(())
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

fn attributes(
    format: &'static str,
    element: &BytesStart<'_>,
    line: u32,
) -> Result<Attributes, ExchangeError> {
    let mut all = HashMap::new();
    // Looking for doubles compares each with each.
    let mut listed = element.attributes();
    for attribute in listed.with_checks(false) {
        let odd = |what: String| {
            let reason = format!("line {line} is no XML ({what}).");
            ExchangeError::Unreadable { format, reason }
        };
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
