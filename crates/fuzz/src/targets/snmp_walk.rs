//! Answers to a walk over columns (`device-snmp::columns`).

use patchbay_device_snmp::{
    Oid, Value, VarBind,
    columns::{Columns, Limits},
};

const LIMITS: Limits = Limits { cells: 64, bytes: 1024 };

/// Three bytes a variable: its column, its row and how many bytes it has; 255 as a column ends an answer. A walk ends, keeps
/// within its limits, and keeps each column's rows in order.
pub(crate) fn run(data: &[u8]) -> bool {
    let base = |column: u32| Oid::from_slice(&[1, 3, 6, 1, column]);
    let mut walk = Columns::new(&[base(1), base(2), base(3)], LIMITS);
    let mut answer = Vec::new();
    let mut answers = Vec::new();
    for variable in data.chunks_exact(3) {
        let &[column, row, length] = variable else { continue };
        if column == 255 {
            answers.push(std::mem::take(&mut answer));
            continue;
        }
        let name = Oid::from_slice(&[1, 3, 6, 1, column.into(), row.into()]);
        let value = match length {
            254 => Value::EndOfMibView,
            253 => Value::NoSuchInstance,
            length => Value::OctetString(vec![0; length.into()].into()),
        };
        answer.push(VarBind::new(name, value));
    }
    answers.push(answer);
    for answer in answers {
        if walk.ask().is_empty() {
            break;
        }
        if walk.answer(answer).is_err() {
            return false;
        }
    }
    let cells = walk.cells();
    assert!(cells.iter().map(|column| column.len()).sum::<usize>() <= LIMITS.cells);
    let bytes = cells.iter().flat_map(|column| column.values());
    assert!(
        bytes.map(|value| value.as_bytes().map_or(0, <[u8]>::len)).sum::<usize>() <= LIMITS.bytes
    );
    cells.iter().any(|column| !column.is_empty())
}
