//! What was typed, without what the far end did not show: passwords are typed where nothing is echoed.
//!
//! There is no word for it on the wire of SSH, so a line that was typed is held back until it has been entered and the
//! line of the screen is over; it counts only if all of it could be read there, behind what stood there before the first
//! key. In doubt it is left out: what was typed ahead of a slow echo, what one paste enters as several lines, and whatever
//! full-screen programs are told. What was taken back by Backspace, Ctrl+U or Ctrl+W is left out as well.

use super::{Decoder, Lines};

/// More is no line a person typed.
const LONGEST: usize = 4096;
/// Longer sequences are no key.
const LONGEST_KEY: usize = 32;

/// A key, or what a key became.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Key {
    Char(char),
    /// A control character or escape sequence, as it was sent.
    Other(String),
}

/// A line being typed, or entered and not yet judged.
#[derive(Clone, Debug, Default)]
struct Line {
    keys: Vec<Key>,
    /// What stood on the line of the screen before its first key.
    before: String,
    too_long: bool,
}

/// Holds back what was typed until it was seen.
#[derive(Clone, Debug)]
pub struct Typed {
    screen: Lines,
    decoder: Decoder,
    line: Line,
    entered: Option<Line>,
    /// An escape sequence that is not over.
    sequence: String,
    /// Between the marks of a bracketed paste, where line ends enter nothing.
    pasting: bool,
}

impl Typed {
    /// For a screen with so many columns.
    #[must_use]
    pub fn new(width: u16) -> Self {
        Self {
            screen: Lines::new(usize::from(width)),
            decoder: Decoder::default(),
            line: Line::default(),
            entered: None,
            sequence: String::new(),
            pasting: false,
        }
    }

    /// The screen has so many columns from now on.
    pub fn resize(&mut self, width: u16) {
        self.screen.resize(usize::from(width));
    }

    /// Takes what was typed.
    pub fn keys(&mut self, bytes: &[u8]) {
        let text = self.decoder.decode(bytes);
        if self.screen.alternate() {
            self.forget();
            return;
        }
        for c in text.chars() {
            self.key(c);
        }
    }

    /// Takes what the terminal shows, and gives the lines that were typed and are to be seen by now.
    pub fn output(&mut self, text: &str) -> Vec<String> {
        let mut seen = Vec::new();
        let entered = &mut self.entered;
        self.screen.feed(text, |line| {
            if let Some(typed) = entered.take()
                && typed.is_in(line)
            {
                seen.push(typed.text());
            }
        });
        seen
    }

    fn key(&mut self, c: char) {
        if !self.sequence.is_empty() {
            self.in_sequence(c);
            return;
        }
        // Whatever was entered before and is not yet seen was not echoed, or not in time.
        self.entered = None;
        if self.line.keys.is_empty() {
            self.line.before = self.screen.current();
        }
        match c {
            '\u{1b}' => self.sequence.push(c),
            '\r' | '\n' if self.pasting => self.add(Key::Other(c.to_string())),
            '\r' | '\n' | '\u{3}' | '\u{4}' | '\u{1a}' => {
                self.add(Key::Other(c.to_string()));
                self.entered = Some(std::mem::take(&mut self.line));
            }
            '\u{7f}' | '\u{8}' => self.line.take_back(),
            '\u{15}' => self.line.keys.clear(),
            '\u{17}' => self.line.take_word_back(),
            c if c.is_control() => self.add(Key::Other(c.to_string())),
            c => self.add(Key::Char(c)),
        }
    }

    /// CSI, SS3 or Alt with a key.
    fn in_sequence(&mut self, c: char) {
        self.sequence.push(c);
        let over = match self.sequence.chars().nth(1) {
            Some('[') => self.sequence.len() > 2 && ('@'..='~').contains(&c),
            Some('O') => self.sequence.len() > 2,
            _ => true,
        };
        if !over && self.sequence.len() < LONGEST_KEY {
            return;
        }
        let sequence = std::mem::take(&mut self.sequence);
        match sequence.as_str() {
            "\u{1b}[200~" => self.pasting = true,
            "\u{1b}[201~" => self.pasting = false,
            // Answers of the terminal itself and the mouse are no keys.
            _ if sequence.ends_with(['R', 'c', 'n', 'y', 't', 'I', 'M', 'm']) => {}
            _ => self.add(Key::Other(sequence)),
        }
    }

    fn add(&mut self, key: Key) {
        if self.line.keys.len() >= LONGEST {
            self.line.too_long = true;
        } else {
            self.line.keys.push(key);
        }
    }

    fn forget(&mut self) {
        self.line = Line::default();
        self.entered = None;
        self.sequence.clear();
        self.pasting = false;
    }
}

impl Line {
    fn take_back(&mut self) {
        if matches!(self.keys.last(), Some(Key::Char(_))) {
            self.keys.pop();
        }
    }

    fn take_word_back(&mut self) {
        let blank = |key: Option<&Key>| matches!(key, Some(Key::Char(c)) if c.is_whitespace());
        while blank(self.keys.last()) {
            self.keys.pop();
        }
        while matches!(self.keys.last(), Some(Key::Char(_))) && !blank(self.keys.last()) {
            self.keys.pop();
        }
    }

    /// Whether all that was typed can be read on a line of the screen, in its order, behind what stood there before.
    fn is_in(&self, shown: &str) -> bool {
        let same = self.before.chars().zip(shown.chars()).take_while(|(a, b)| a == b);
        let skip: usize = same.map(|(_, c)| c.len_utf8()).sum();
        let mut rest = shown.get(skip..).unwrap_or_default();
        for run in self.runs() {
            let Some(at) = rest.find(&run) else { return false };
            rest = rest.get(at + run.len()..).unwrap_or_default();
        }
        !self.too_long
    }

    /// What was typed between keys that are no characters. Blanks at the end show nowhere.
    fn runs(&self) -> Vec<String> {
        let mut runs = vec![String::new()];
        for key in &self.keys {
            match (key, runs.last_mut()) {
                (Key::Char(c), Some(run)) => run.push(*c),
                _ => runs.push(String::new()),
            }
        }
        let runs = runs.iter().map(|run| run.trim_end().to_owned());
        runs.filter(|run| !run.is_empty()).collect()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for key in &self.keys {
            match key {
                Key::Char(c) => text.push(*c),
                Key::Other(sent) => text.push_str(sent),
            }
        }
        text
    }
}
