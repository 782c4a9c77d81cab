//! A configuration of indented blocks, as most makers show it.

/// A line of the configuration, and those below it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Block<'a> {
    pub(super) head: &'a str,
    pub(super) lines: Vec<&'a str>,
}

/// The blocks of a configuration. What is indented belongs to the line before that is not.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for line in text.lines() {
        let body = line.trim();
        if body.is_empty() || body.starts_with('!') {
            continue;
        }
        match blocks.last_mut() {
            Some(block) if line.starts_with([' ', '\t']) => block.lines.push(body),
            _ => blocks.push(Block { head: body, lines: Vec::new() }),
        }
    }
    blocks
}

/// A table's line as words, from the column on that begins below this word of the head.
pub(super) fn below<'a>(head: &str, line: &'a str, word: &str) -> Option<&'a str> {
    let at = head.find(word)?;
    line.get(at..)
}
