//! Finds the files that a schema names, before the schema compiler runs.
//!
//! The compiler tells the whole contents of a file only when the file is among those it was asked
//! for. Knowing the imports beforehand makes one run of it enough.

/// The files that a schema names, as written there.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Mentions {
    /// Other schemas: `import "…"`.
    pub(super) imports: Vec<String>,
    /// Files whose bytes become a value: `embed "…"`.
    pub(super) embeds: Vec<String>,
}

/// Reads the mentions out of a schema's text. A broken schema gives whatever can be found.
pub(super) fn scan(text: &str) -> Mentions {
    let mut mentions = Mentions::default();
    let mut keyword = String::new();
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        match next {
            '#' => while rest.next().is_some_and(|skipped| skipped != '\n') {},
            '"' => {
                let content = string(&mut rest);
                match keyword.as_str() {
                    "import" => mentions.imports.push(content),
                    "embed" => mentions.embeds.push(content),
                    _ => {}
                }
                keyword.clear();
            }
            letter if letter.is_alphanumeric() => keyword.push(letter),
            // The space between a keyword and its string.
            space if space.is_whitespace() && matches!(keyword.as_str(), "import" | "embed") => {}
            _ => keyword.clear(),
        }
    }
    mentions
}

/// The rest of a string after its opening quote. Escapes that a path has no use for are kept as they are.
fn string(rest: &mut std::str::Chars<'_>) -> String {
    let mut content = String::new();
    while let Some(next) = rest.next() {
        match next {
            '"' => break,
            '\\' => content.extend(rest.next()),
            other => content.push(other),
        }
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_the_schema_names_and_nothing_else() {
        let text = r##"
            @0xd56b2d0ab8ad1d92;
            # import "comment.capnp"
            using A = import "a.capnp"; using B=import"/b/b.capnp".B;
            using C = import
                "c.capnp";
            const said :Text = "import \"said.capnp\"";
            const reimport :Text = "no.capnp";
            const bytes :Data = embed "bytes.bin";
        "##;
        let found = scan(text);
        assert_eq!(found.imports, ["a.capnp", "/b/b.capnp", "c.capnp"]);
        assert_eq!(found.embeds, ["bytes.bin"]);
    }

    #[test]
    fn survives_a_broken_schema() {
        assert_eq!(scan("import \"never closed").imports, ["never closed"]);
        assert_eq!(scan("import \"back\\").imports, ["back"]);
        assert_eq!(scan("# no end"), Mentions::default());
    }
}
