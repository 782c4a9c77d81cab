//! The lines a terminal shows, as text: escape sequences taken out, and corrections on the same line carried out.
//!
//! Enough of a terminal for looking for text and for telling whether something typed was echoed. Deliberately absent: the
//! screen. What a full-screen program writes at places of its own comes out as a line per place.

/// Longer lines are cut into several.
const LONGEST: usize = 4096;
/// Parameters of a sequence that are looked at, in characters.
const LONGEST_PARAMETERS: usize = 32;
const TAB: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Ground,
    /// After ESC.
    Escape,
    /// After ESC and an intermediate character: one more follows.
    Charset,
    /// A control sequence (ECMA-48 section 5.4).
    Control,
    /// A string up to BEL or ST.
    Text,
    /// ESC within such a string.
    TextEscape,
}

/// Follows the output of a terminal.
#[derive(Clone, Debug)]
pub struct Lines {
    state: State,
    parameters: String,
    line: Vec<char>,
    /// Where the next character goes.
    column: usize,
    /// Where the present row of the screen begins within the line, which may be wrapped over several.
    row: usize,
    /// Columns of the screen; 0 is unknown.
    width: usize,
    alternate: bool,
}

impl Default for Lines {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Lines {
    /// For a screen with so many columns; 0 if that is not known.
    #[must_use]
    pub const fn new(width: usize) -> Self {
        Self {
            state: State::Ground,
            parameters: String::new(),
            line: Vec::new(),
            column: 0,
            row: 0,
            width,
            alternate: false,
        }
    }

    /// The screen has so many columns from now on.
    pub const fn resize(&mut self, width: usize) {
        self.width = width;
    }

    /// Takes output. `done` is told every line that is left, without blanks at its end; it may be empty.
    pub fn feed(&mut self, text: &str, mut done: impl FnMut(&str)) {
        for c in text.chars() {
            self.step(c, &mut done);
        }
    }

    /// The line the cursor is on.
    #[must_use]
    pub fn current(&self) -> String {
        self.line.iter().collect()
    }

    /// Ends the line the cursor is on.
    pub fn finish(&mut self, mut done: impl FnMut(&str)) {
        self.end(&mut done);
    }

    /// Whether a full-screen program has the screen (xterm's alternate buffer).
    #[must_use]
    pub const fn alternate(&self) -> bool {
        self.alternate
    }

    fn step(&mut self, c: char, done: &mut impl FnMut(&str)) {
        match (self.state, c) {
            (State::Text, '\u{7}' | '\u{9c}') => self.state = State::Ground,
            (State::Text, '\u{1b}') => self.state = State::TextEscape,
            (_, '\u{18}' | '\u{1a}') => self.state = State::Ground,
            (State::Text, _) => {}
            (_, '\u{1b}') => self.state = State::Escape,
            (State::Escape | State::TextEscape, _) => self.escape(c, done),
            (State::Charset, ' '..='/') => {}
            (State::Charset, _) => self.state = State::Ground,
            (State::Control, '@'..='~') => {
                self.state = State::Ground;
                self.control(c, done);
            }
            (State::Control, ' '..='?') => {
                if self.parameters.len() < LONGEST_PARAMETERS {
                    self.parameters.push(c);
                }
            }
            (State::Ground | State::Control, _) => self.plain(c, done),
        }
    }

    fn escape(&mut self, c: char, done: &mut impl FnMut(&str)) {
        self.state = State::Ground;
        match c {
            '[' => {
                self.parameters.clear();
                self.state = State::Control;
            }
            ']' | 'P' | 'X' | '^' | '_' => self.state = State::Text,
            ' '..='/' => self.state = State::Charset,
            'c' | 'D' | 'E' | 'M' => self.end(done),
            _ => {}
        }
    }

    fn plain(&mut self, c: char, done: &mut impl FnMut(&str)) {
        match c {
            '\n' | '\u{b}' | '\u{c}' => self.end(done),
            '\r' => self.column = self.row,
            '\u{8}' => self.column = self.column.saturating_sub(1),
            '\t' => {
                let to = (self.column / TAB + 1) * TAB;
                while self.column < to {
                    self.put(' ', done);
                }
            }
            c if c.is_control() => {}
            c => self.put(c, done),
        }
    }

    fn put(&mut self, c: char, done: &mut impl FnMut(&str)) {
        if self.column >= LONGEST {
            self.end(done);
        }
        if self.width > 0 && self.column >= self.row + self.width {
            self.row += self.width;
        }
        if self.line.len() <= self.column {
            self.line.resize(self.column + 1, ' ');
        }
        if let Some(place) = self.line.get_mut(self.column) {
            *place = c;
        }
        self.column += 1;
    }

    fn control(&mut self, last: char, done: &mut impl FnMut(&str)) {
        let count = self.parameter().max(1);
        match last {
            'K' => self.erase_in_line(done),
            'C' => self.column = (self.column + count).min(LONGEST),
            'D' => self.column = self.column.saturating_sub(count),
            'G' | '`' => self.column = (self.row + count - 1).min(LONGEST),
            'P' => {
                let from = self.column.min(self.line.len());
                let to = (from + count).min(self.line.len());
                self.line.drain(from..to);
            }
            '@' => {
                let from = self.column.min(self.line.len());
                let room = LONGEST.saturating_sub(self.line.len()).min(count);
                self.line.splice(from..from, std::iter::repeat_n(' ', room));
            }
            'X' => {
                for place in self.line.iter_mut().skip(self.column).take(count) {
                    *place = ' ';
                }
            }
            'A' if self.width > 0 && self.row >= self.width.saturating_mul(count) => {
                self.row -= self.width * count;
                self.column = self.column.saturating_sub(self.width * count);
            }
            'J' if self.parameter() == 0 => self.line.truncate(self.column),
            'A' | 'B' | 'E' | 'F' | 'H' | 'J' | 'L' | 'M' | 'S' | 'T' | 'd' | 'f' => self.end(done),
            'h' | 'l' => {
                let modes = self.parameters.strip_prefix('?').unwrap_or_default();
                if modes.split(';').any(|mode| matches!(mode, "47" | "1047" | "1049")) {
                    self.alternate = last == 'h';
                    self.end(done);
                }
            }
            _ => {}
        }
    }

    fn erase_in_line(&mut self, done: &mut impl FnMut(&str)) {
        match self.parameter() {
            0 => self.line.truncate(self.column),
            1 => self.line.iter_mut().take(self.column + 1).for_each(|place| *place = ' '),
            // What stood there was to be seen until now.
            _ => {
                let column = self.column;
                self.end(done);
                self.column = column;
            }
        }
    }

    /// The first parameter; 0 if it is not there.
    fn parameter(&self) -> usize {
        let first = self.parameters.split(';').next().unwrap_or_default();
        first.parse().unwrap_or(0).min(LONGEST)
    }

    fn end(&mut self, done: &mut impl FnMut(&str)) {
        let line: String = self.line.iter().collect();
        done(line.trim_end());
        self.line.clear();
        self.column = 0;
        self.row = 0;
    }
}
