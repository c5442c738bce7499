//! CSV with a header of field names. An empty cell is an absent field; members are separated by semicolons.

use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::{Map, Value};

use super::file::{FileName, Records};

/// The rows of a file as records.
pub(super) fn rows(text: &str, file: FileName) -> Result<Records, &'static str> {
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .from_reader(text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes());
    let header = reader.headers().map_err(|_| "its header is not CSV")?.clone();
    reader
        .records()
        .map(|row| {
            let row = row.map_err(|_| "a row has not as many cells as the header")?;
            let line = row.position().map_or(0, csv::Position::line);
            Ok(file.record(format!("{file} line {line}"), object(&header, &row)))
        })
        .collect()
}

fn object(header: &StringRecord, row: &StringRecord) -> Value {
    let cells = header.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
    Value::Object(cells.map(|(field, cell)| (field.to_owned(), value(field, cell))).collect::<Map<_, _>>())
}

fn value(field: &str, cell: &str) -> Value {
    match (field, cell) {
        ("members", list) => list.split(';').map(str::trim).filter(|member| !member.is_empty()).collect(),
        ("domainJoined" | "tpm" | "samsungKnox", "true") => Value::Bool(true),
        ("domainJoined" | "tpm" | "samsungKnox", "false") => Value::Bool(false),
        (_, text) => Value::from(text),
    }
}
