//! Text in columns for a screen of ordinary width.

/// How wide a page is, in characters.
const WIDTH: usize = 100;

/// `label`, blanks up to `column`, then `text`, which goes on below itself when it is too long.
pub fn entry(label: &str, column: usize, text: &str) -> String {
    let length = label.chars().count();
    let mut lines = wrapped(text, WIDTH.saturating_sub(column)).into_iter();
    let mut out = label.to_owned();
    let mut at = length;
    if length + 2 > column && !text.is_empty() {
        // The label takes the column's place.
        out.push('\n');
        at = 0;
    }
    if let Some(first) = lines.next() {
        out.push_str(&" ".repeat(column.saturating_sub(at)));
        out.push_str(&first);
    }
    for line in lines {
        out.push('\n');
        out.push_str(&" ".repeat(column));
        out.push_str(&line);
    }
    out
}

/// The text in lines of at most `width` characters, broken at blanks that are not no-break ones; a
/// longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
        .into_iter()
        .map(|line| line.replace('\u{a0}', " "))
        .collect()
}

/// Rows in columns, two blanks between them; blanks at line ends are left out.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let padded = cells.map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
