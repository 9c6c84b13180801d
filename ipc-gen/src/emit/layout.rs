//! Formats generated items: prettyplease for the code, and the blank lines that it leaves out.

use proc_macro2::TokenStream;

const INDENT: &str = "    ";

/// A part of a module.
pub(super) enum Piece {
    Item(TokenStream),
    Module {
        /// The module without anything in it.
        head: TokenStream,
        pieces: Vec<Piece>,
    },
}

/// The parts as a source file, without a header.
pub(super) fn format(pieces: Vec<Piece>) -> syn::Result<String> {
    let mut source = String::new();
    for piece in pieces {
        if !source.is_empty() {
            source.push('\n');
        }
        match piece {
            Piece::Item(item) => source.push_str(&spaced(&unparse(item)?)),
            Piece::Module { head, pieces } => {
                let head = unparse(head)?;
                source.push_str(head.trim_end().trim_end_matches('}'));
                source.push('\n');
                for line in format(pieces)?.lines() {
                    if !line.is_empty() {
                        source.push_str(INDENT);
                        source.push_str(line);
                    }
                    source.push('\n');
                }
                source.push_str("}\n");
            }
        }
    }
    Ok(source)
}

fn unparse(item: TokenStream) -> syn::Result<String> {
    Ok(prettyplease::unparse(&syn::parse2::<syn::File>(item)?))
}

/// Puts a blank line between the members of traits and impls, where a reader expects one.
fn spaced(item: &str) -> String {
    let mut spaced = String::new();
    let mut after_member = false;
    for line in item.lines() {
        let member = line
            .strip_prefix(INDENT)
            .filter(|member| !member.starts_with(' '));
        let begins = member.is_some_and(|member| {
            ["///", "#[", "fn ", "pub fn "]
                .iter()
                .any(|start| member.starts_with(start))
        });
        if after_member && begins {
            spaced.push('\n');
        }
        // A doc comment may end like a member does.
        after_member = line.ends_with(['}', ';']) && !line.trim_start().starts_with("//");
        spaced.push_str(line);
        spaced.push('\n');
    }
    spaced
}
