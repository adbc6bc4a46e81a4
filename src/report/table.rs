//! Tables of plain text.

/// Rows under headings, each column as wide as it must be; numbers at the right.
pub(super) struct Table {
    headings: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

/// Where the words of a column stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

impl Table {
    pub(super) fn new<H: Into<String>>(headings: impl IntoIterator<Item = (H, Align)>) -> Self {
        let headings = headings
            .into_iter()
            .map(|(text, align)| (text.into(), align));
        Self {
            headings: headings.collect(),
            rows: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(super) fn text(&self) -> String {
        let titles: Vec<String> = self.headings.iter().map(|(text, _)| text.clone()).collect();
        let lines = || std::iter::once(&titles).chain(&self.rows);
        let widths: Vec<usize> = (0..self.headings.len())
            .map(|column| {
                let cells = lines().filter_map(|line| line.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for line in lines() {
            let mut row = String::new();
            for ((cell, width), (_, align)) in line.iter().zip(&widths).zip(&self.headings) {
                let cell = match align {
                    Align::Left => format!("{cell:<width$}  "),
                    Align::Right => format!("{cell:>width$}  "),
                };
                row.push_str(&cell);
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }
}
