//! Schema comments as rustdoc: the same words, and no broken link, stray HTML or failing doctest.

use proc_macro2::TokenStream;
use quote::quote;

/// The doc attributes for a schema's comment, or for `otherwise` where there is none.
pub(crate) fn docs(comment: &str, otherwise: &str) -> TokenStream {
    let lines = lines(comment, otherwise);
    quote!(#(#[doc = #lines])*)
}

/// What stands behind each `///`.
pub(super) fn lines(comment: &str, otherwise: &str) -> Vec<String> {
    let lines = if comment.trim().is_empty() {
        vec![otherwise.to_owned()]
    } else {
        rustdoc(comment)
    };
    let spaced = |line: String| {
        if line.is_empty() {
            line
        } else {
            format!(" {line}")
        }
    };
    lines.into_iter().map(spaced).collect()
}

/// The comment's lines as rustdoc takes them.
fn rustdoc(comment: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut block = Block::Text;
    let mut after_blank = true;
    for line in comment.trim_end().lines().map(str::trim_end) {
        let is_fence = line.trim_start().starts_with("```");
        let is_indented = line.starts_with("    ") || line.starts_with('\t');
        block = match block {
            Block::Fenced if is_fence => {
                lines.push("```".to_owned());
                Block::Text
            }
            Block::Fenced => {
                lines.push(line.to_owned());
                Block::Fenced
            }
            Block::Indented if is_indented || line.is_empty() => {
                lines.push(unindented(line).to_owned());
                Block::Indented
            }
            Block::Text | Block::Indented => {
                close(&mut lines, &block);
                if is_fence {
                    lines.push("```text".to_owned());
                    Block::Fenced
                } else if is_indented && after_blank {
                    lines.push("```text".to_owned());
                    lines.push(unindented(line).to_owned());
                    Block::Indented
                } else {
                    lines.push(escaped(line));
                    Block::Text
                }
            }
        };
        after_blank = line.is_empty();
    }
    close(&mut lines, &block);
    lines
}

enum Block {
    Text,
    Fenced,
    Indented,
}

/// Ends a code block. Blank lines after an indented one belong to the text that follows.
fn close(lines: &mut Vec<String>, block: &Block) {
    match block {
        Block::Text => {}
        Block::Fenced => lines.push("```".to_owned()),
        Block::Indented => {
            let code = lines
                .iter()
                .rposition(|line| !line.is_empty())
                .map_or(0, |last| last + 1);
            lines.insert(code, "```".to_owned());
        }
    }
}

fn unindented(line: &str) -> &str {
    line.strip_prefix("    ")
        .or_else(|| line.strip_prefix('\t'))
        .unwrap_or(line)
}

/// A line of text with everything escaped that rustdoc would take for a link or for HTML.
fn escaped(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        if let Some((verbatim, after)) = verbatim(rest) {
            text.push_str(verbatim);
            rest = after;
        } else if rest.starts_with("https://") || rest.starts_with("http://") {
            let end = rest.find(|c: char| c.is_whitespace() || "<>()[]\"'`".contains(c));
            let url =
                rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ',', ';', ':', '!', '?']);
            text.push_str(&format!("<{url}>"));
            rest = &rest[url.len()..];
        } else {
            if matches!(next, '[' | ']' | '<' | '>' | '`' | '\\') {
                text.push('\\');
            }
            text.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    text
}

/// What stands at the beginning as rustdoc wants it already, a code span or a link, and what follows.
fn verbatim(text: &str) -> Option<(&str, &str)> {
    let end = match text.strip_prefix('`') {
        Some(code) => code.find('`')? + 2,
        None if text.starts_with("<https://") || text.starts_with("<http://") => {
            let end = text.find('>')? + 1;
            (!text[..end].contains(char::is_whitespace)).then_some(end)?
        }
        None => return None,
    };
    Some(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::rustdoc;

    #[test]
    fn text_stays_text() {
        assert_eq!(
            rustdoc("One.\n\nTwo `Vec<u8>`.\n"),
            ["One.", "", "Two `Vec<u8>`."]
        );
    }

    #[test]
    fn links_and_html_are_taken_literally() {
        assert_eq!(rustdoc("a[0] <b> `x"), [r"a\[0\] \<b\> \`x"]);
        assert_eq!(
            rustdoc("See https://example.com/a_b, or http://b."),
            ["See <https://example.com/a_b>, or <http://b>."]
        );
        assert_eq!(rustdoc("<https://example.com>"), ["<https://example.com>"]);
    }

    #[test]
    fn code_is_no_doctest() {
        assert_eq!(
            rustdoc("For example:\n\n    f()\n\n    g()\n\nDone."),
            [
                "For example:",
                "",
                "```text",
                "f()",
                "",
                "g()",
                "```",
                "",
                "Done."
            ]
        );
        assert_eq!(rustdoc("```rust\nf()"), ["```text", "f()", "```"]);
        assert_eq!(rustdoc("a\n    b"), ["a", "    b"]);
        assert_eq!(rustdoc("    f()"), ["```text", "f()", "```"]);
    }
}
