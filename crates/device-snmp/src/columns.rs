//! Columns of tables, read side by side: which question comes next, and what an answer may be. Pure.
//!
//! RFC 3416 §4.2.3 has the shape of an answer: one row after another, each with one variable for each column asked for.
//! An agent is believed as long as every column goes forward (§4.2.2); one that goes back would be asked for ever.

use async_snmp::{Oid, Value, VarBind};
use std::collections::BTreeMap;

/// A cell's place in its table: the rest of its object identifier.
pub type Index = Vec<u32>;

/// The cells of one column.
pub type Cells = BTreeMap<Index, Value>;

/// What an agent may send in one walk.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Cells of all columns.
    pub cells: usize,
    /// Bytes of all values.
    pub bytes: usize,
}

impl Default for Limits {
    /// A table of MAC addresses of a large switch has some 128,000 rows of two columns.
    fn default() -> Self {
        Self { cells: 400_000, bytes: 32 << 20 }
    }
}

/// Why an answer ends a walk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A column went back or stayed where it was.
    Loops,
    /// It is more than [`Limits`] allows.
    TooMuch,
    /// It answers nothing that was asked.
    Empty,
}

struct Column {
    base: Oid,
    at: Oid,
    open: bool,
    cells: Cells,
}

/// A walk over several columns.
pub struct Columns {
    columns: Vec<Column>,
    limits: Limits,
    cells: usize,
    bytes: usize,
    answers: usize,
    rows: BTreeMap<Index, usize>,
}

impl Columns {
    /// A walk over these columns, from their beginnings.
    #[must_use]
    pub fn new(bases: &[Oid], limits: Limits) -> Self {
        let column = |base: &Oid| Column {
            base: base.clone(),
            at: base.clone(),
            open: true,
            cells: Cells::new(),
        };
        let columns = bases.iter().map(column).collect();
        Self { columns, limits, cells: 0, bytes: 0, answers: 0, rows: BTreeMap::new() }
    }

    /// After which object to ask on for each column that is not at its end; empty when all are.
    #[must_use]
    pub fn ask(&self) -> Vec<Oid> {
        self.columns.iter().filter(|c| c.open).map(|c| c.at.clone()).collect()
    }

    /// Takes the answer to what [`Self::ask`] gave: rows of as many variables, the last row perhaps cut short.
    ///
    /// # Errors
    /// When the answer cannot be one.
    pub fn answer(&mut self, variables: Vec<VarBind>) -> Result<(), Fault> {
        let open: Vec<usize> =
            self.columns.iter().enumerate().filter(|(_, c)| c.open).map(|(at, _)| at).collect();
        if open.is_empty() || variables.is_empty() {
            return Err(Fault::Empty);
        }
        for (variable, at) in variables.into_iter().zip(open.into_iter().cycle()) {
            let Some(column) = self.columns.get_mut(at) else { return Err(Fault::Empty) };
            // What follows a column's end in the same answer is no part of it.
            if !column.open {
                continue;
            }
            if matches!(variable.value, Value::EndOfMibView) {
                column.open = false;
                continue;
            }
            if variable.oid <= column.at {
                return Err(Fault::Loops);
            }
            let rest = variable.oid.arcs().strip_prefix(column.base.arcs());
            let Some(index) = rest.filter(|_| !variable.value.is_exception()) else {
                column.open = false;
                continue;
            };
            self.cells += 1;
            self.bytes += variable.value.as_bytes().map_or(8, <[u8]>::len) + index.len() * 4;
            if self.cells > self.limits.cells || self.bytes > self.limits.bytes {
                return Err(Fault::TooMuch);
            }
            self.rows.entry(index.to_vec()).or_insert(self.answers);
            column.cells.insert(index.to_vec(), variable.value);
            column.at = variable.oid;
        }
        self.answers += 1;
        Ok(())
    }

    /// Ends the open column in this place, counted from 0: version 1 says so with `noSuchName` (RFC 1157 §4.1.3).
    ///
    /// # Errors
    /// When there is none.
    pub fn end(&mut self, open: usize) -> Result<(), Fault> {
        let column = self.columns.iter_mut().filter(|c| c.open).nth(open).ok_or(Fault::Empty)?;
        column.open = false;
        Ok(())
    }

    /// In which answer each row came first, counted from 0.
    #[must_use]
    pub fn rows(&self) -> &BTreeMap<Index, usize> {
        &self.rows
    }

    /// The cells of each column, in the order of the columns.
    #[must_use]
    pub fn cells(self) -> Vec<Cells> {
        self.columns.into_iter().map(|c| c.cells).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn oid(arcs: &[u32]) -> Oid {
        Oid::from_slice(arcs)
    }

    fn number(arcs: &[u32], value: i32) -> VarBind {
        VarBind::new(oid(arcs), Value::Integer(value))
    }

    fn two() -> Columns {
        Columns::new(&[oid(&[1, 3, 1]), oid(&[1, 3, 2])], Limits::default())
    }

    #[test]
    fn rows_go_to_their_columns_and_a_column_that_is_over_is_asked_for_no_more() {
        let mut walk = two();
        let rows = vec![
            number(&[1, 3, 1, 1], 11),
            number(&[1, 3, 2, 1], 21),
            number(&[1, 3, 1, 2], 12),
            number(&[1, 3, 3, 0], 99),
            number(&[1, 3, 1, 3], 13),
        ];
        walk.answer(rows).unwrap();
        assert_eq!(walk.ask(), [oid(&[1, 3, 1, 3])]);
        walk.answer(vec![number(&[1, 3, 2, 1], 21)]).unwrap();
        assert!(walk.ask().is_empty());
        assert_eq!(walk.rows().len(), 3);
        let cells = walk.cells();
        assert_eq!(cells[0].len(), 3);
        assert_eq!(cells[0][&vec![3]], Value::Integer(13));
        assert_eq!(cells[1], Cells::from([(vec![1], Value::Integer(21))]));
    }

    #[test]
    fn an_agent_that_goes_back_or_stays_is_not_asked_for_ever() {
        for again in [2, 1] {
            let mut walk = two();
            walk.answer(vec![number(&[1, 3, 1, 2], 0), number(&[1, 3, 2, 2], 0)]).unwrap();
            let back = vec![number(&[1, 3, 1, again], 0)];
            assert_eq!(walk.answer(back), Err(Fault::Loops), "{again}");
        }
        assert_eq!(two().answer(vec![]), Err(Fault::Empty));
    }

    #[test]
    fn a_table_without_end_is_stopped() {
        let limits = Limits { cells: 10, bytes: 1000 };
        let mut walk = Columns::new(&[oid(&[1, 3])], limits);
        let stopped = (1..100).find_map(|n| walk.answer(vec![number(&[1, 3, n], 0)]).err());
        assert_eq!(stopped, Some(Fault::TooMuch));
        let mut walk = Columns::new(&[oid(&[1, 3])], limits);
        let big = VarBind::new(oid(&[1, 3, 1]), Value::OctetString(vec![0; 2000].into()));
        assert_eq!(walk.answer(vec![big]), Err(Fault::TooMuch));
    }

    #[test]
    fn version_1_ends_one_column_with_an_error() {
        let mut walk = two();
        walk.end(0).unwrap();
        assert_eq!(walk.ask(), [oid(&[1, 3, 2])]);
        walk.end(0).unwrap();
        assert_eq!(walk.end(0), Err(Fault::Empty));
    }
}
