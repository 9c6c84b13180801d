//! Formats generated items: prettyplease for the code, and the blank lines that it leaves out.

use proc_macro2::TokenStream;

/// The items as a source file, without a header.
pub(super) fn format(items: Vec<TokenStream>) -> syn::Result<String> {
    let mut source = String::new();
    for item in items {
        if !source.is_empty() {
            source.push('\n');
        }
        source.push_str(&spaced(&prettyplease::unparse(&syn::parse2::<syn::File>(
            item,
        )?)));
    }
    Ok(source)
}

/// Puts a blank line between the members of traits and impls, where a reader expects one.
fn spaced(item: &str) -> String {
    const INDENT: &str = "    ";
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
