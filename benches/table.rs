//! Tables in Markdown.

use std::fmt::Display;

/// Prints the line of titles.
pub fn head<T: Display>(titles: impl IntoIterator<Item = T>) {
    let count = row(titles);
    println!("|{}", "---|".repeat(count));
}

/// Prints a line, and returns how many cells it has.
pub fn row<T: Display>(cells: impl IntoIterator<Item = T>) -> usize {
    let cells: Vec<_> = cells.into_iter().map(|cell| cell.to_string()).collect();
    println!("| {} |", cells.join(" | "));
    cells.len()
}
