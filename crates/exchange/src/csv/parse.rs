//! Cells out of text.

use crate::ExchangeError;

const MOST_ROWS: usize = 60_000;
const MOST_CELLS: usize = 200;
/// Records looked at to find out what is between the cells.
const LOOKED_AT: usize = 10;

/// A row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Record {
    /// The line it begins on, from 1.
    pub(super) line: u32,
    pub(super) cells: Vec<String>,
}

/// All rows.
pub(super) fn records(text: &str) -> Result<Vec<Record>, ExchangeError> {
    let (named, text, first) = separator_line(text);
    let delimiter = named.unwrap_or_else(|| delimiter(text));
    let records = split(text, delimiter, first, MOST_ROWS + 1);
    if records.len() > MOST_ROWS {
        return Err(ExchangeError::TooMuch("more than 60,000 rows"));
    }
    if records.iter().any(|record| record.cells.len() > MOST_CELLS) {
        return Err(ExchangeError::TooMuch("more than 200 columns"));
    }
    Ok(records)
}

/// Excel's first line `sep=;`, and the number of the line after it.
fn separator_line(text: &str) -> (Option<char>, &str, u32) {
    let Some(rest) = text.strip_prefix("sep=") else { return (None, text, 1) };
    let mut chars = rest.chars();
    let named = chars.next().filter(|c| ",;\t|".contains(*c));
    match (named, chars.as_str().split_once('\n')) {
        (Some(named), Some((before, after))) if before.trim().is_empty() => (Some(named), after, 2),
        _ => (None, text, 1),
    }
}

/// Whichever cuts the first rows into the most cells, of the same number each.
fn delimiter(text: &str) -> char {
    let score = |delimiter: char| {
        let records = split(text, delimiter, 1, LOOKED_AT);
        let widths: Vec<usize> = records
            .iter()
            .filter(|record| record.cells.iter().any(|cell| !cell.trim().is_empty()))
            .map(|record| record.cells.len())
            .collect();
        let width = widths.first().copied().unwrap_or_default();
        let same = widths.iter().filter(|other| **other == width).count();
        (if width > 1 { same } else { 0 }, width)
    };
    // The last one wins where they are equal.
    ['|', '\t', ';', ','].into_iter().max_by_key(|delimiter| score(*delimiter)).unwrap_or(',')
}

fn split(text: &str, delimiter: char, first: u32, most: usize) -> Vec<Record> {
    let mut records = Vec::new();
    let (mut line, mut begun) = (first, first);
    let mut cells: Vec<String> = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        // A carriage return alone is how the old Mac ended lines, and Excel there still offers it.
        let ends = c == '\n' || c == '\r' && chars.peek() != Some(&'\n');
        if ends {
            line += 1;
        }
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            _ if ends && !quoted => {
                cells.push(std::mem::take(&mut cell));
                records.push(Record { line: begun, cells: std::mem::take(&mut cells) });
                begun = line;
                if records.len() >= most {
                    return records;
                }
            }
            c if c == delimiter && !quoted => {
                cells.push(std::mem::take(&mut cell));
                // What is too much is noticed; how much too much does not matter.
                if cells.len() > MOST_CELLS {
                    records.push(Record { line: begun, cells });
                    return records;
                }
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell);
        records.push(Record { line: begun, cells });
    }
    records
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        records(text).unwrap().into_iter().map(|record| record.cells).collect()
    }

    #[test]
    fn quotes_line_ends_and_delimiters() {
        assert_eq!(
            cells("a,b\r\n\"x, y\",\"say \"\"hi\"\"\"\r\n"),
            [["a", "b"], ["x, y", "say \"hi\""]]
        );
        assert_eq!(cells("a;b,c\nd;e"), [["a", "b,c"], ["d", "e"]]);
        assert_eq!(cells("a\tb\nc\td\n"), [["a", "b"], ["c", "d"]]);
        assert_eq!(cells("sep=;\na;b\n"), [["a", "b"]]);
        assert_eq!(cells("only\none"), [["only"], ["one"]]);
        assert_eq!(cells("a;b\rc;d\re;f"), [["a", "b"], ["c", "d"], ["e", "f"]]);
    }

    #[test]
    fn a_cell_of_two_lines_keeps_the_numbers_right() {
        let all = records("a,b\n\"1\n2\",c\nd,e\n").unwrap();
        assert_eq!(all.iter().map(|record| record.line).collect::<Vec<_>>(), [1, 2, 4]);
    }

    #[test]
    fn a_quote_that_is_never_closed_takes_the_rest() {
        assert_eq!(cells("a,\"b\nc,d"), [["a", "b\nc,d"]]);
    }
}
