//! Shows how two texts differ, in the manner of `diff -u`.

use std::fmt::Write;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// The difference between what is there and what is wanted; empty if there is none.
///
/// One hunk spans everything from the first to the last line that differs.
pub(crate) fn unified(name: &str, present: &str, wanted: &str) -> String {
    if present == wanted {
        return String::new();
    }
    let (old, new): (Vec<_>, Vec<_>) = (present.lines().collect(), wanted.lines().collect());
    let prefix = old
        .iter()
        .zip(&new)
        .take_while(|(one, other)| one == other)
        .count();
    let rest = old[prefix..].iter().rev().zip(new[prefix..].iter().rev());
    let suffix = rest.take_while(|(one, other)| one == other).count();
    let (old_end, new_end) = (old.len() - suffix, new.len() - suffix);
    let start = prefix.saturating_sub(CONTEXT);
    let tail = suffix.min(CONTEXT);

    let mut text = format!("--- {name}\n+++ {name} (wanted)\n");
    let old_lines = old_end + tail - start;
    let new_lines = new_end + tail - start;
    let _ = writeln!(
        text,
        "@@ -{},{old_lines} +{},{new_lines} @@",
        start + 1,
        start + 1
    );
    let sections = [
        (' ', &old[start..prefix]),
        ('-', &old[prefix..old_end]),
        ('+', &new[prefix..new_end]),
        (' ', &old[old_end..old_end + tail]),
    ];
    for (mark, lines) in sections {
        for line in lines {
            let _ = writeln!(text, "{mark}{line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn shows_the_changed_lines_with_some_around() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        let expected =
            "--- f\n+++ f (wanted)\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(unified("f", old, new), expected);
    }

    #[test]
    fn edges_and_equality() {
        assert_eq!(unified("f", "a\n", "a\n"), "");
        assert_eq!(
            unified("f", "", "a\n"),
            "--- f\n+++ f (wanted)\n@@ -1,0 +1,1 @@\n+a\n"
        );
        assert_eq!(
            unified("f", "a\na\n", "a\n"),
            "--- f\n+++ f (wanted)\n@@ -1,2 +1,1 @@\n a\n-a\n"
        );
    }
}
