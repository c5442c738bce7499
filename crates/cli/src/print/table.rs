//! Tables as `kubectl` prints them: columns padded with two blanks, no lines.

use anstyle::Style;

use super::inert;

/// A table under construction.
pub(crate) struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

/// A cell: its text, and how it looks on a terminal.
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: inert(&text.into()), style: Style::new() }
    }
}

impl Cell {
    /// A cell with a style.
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { style, ..Self::from(text.into()) }
    }
}

impl Table {
    /// A table with that header.
    pub(crate) fn new(header: impl Into<Vec<&'static str>>) -> Self {
        Self { header: header.into(), rows: Vec::new() }
    }

    /// Adds a row; a cell for each column.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// Whether it has no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text, one line a row. Trailing blanks are left out.
    pub(crate) fn render(&self) -> String {
        let header: Vec<Cell> = self.header.iter().map(|&title| Cell::from(title)).collect();
        let widths: Vec<usize> = (0..self.header.len()).map(|column| self.width(column)).collect();
        std::iter::once(&header).chain(&self.rows).map(|row| line(row, &widths)).collect()
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.chars().count());
        cells.chain([self.header[column].len()]).max().unwrap_or(0)
    }
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    for (index, cell) in row.iter().enumerate() {
        let Cell { text, style } = cell;
        line.push_str(&format!("{style}{text}{style:#}"));
        if index + 1 < row.len() {
            let padding = widths.get(index).copied().unwrap_or(0).saturating_sub(text.chars().count());
            line.push_str(&" ".repeat(padding + 2));
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_the_last_is_not_padded() {
        let mut table = Table::new(["NAME", "STATE"]);
        table.row([Cell::from("laptop-01"), Cell::from("Installed")]);
        table.row([Cell::from("x"), Cell::from("Failed")]);
        assert_eq!(table.render(), "NAME       STATE\nlaptop-01  Installed\nx          Failed\n");
    }
}
