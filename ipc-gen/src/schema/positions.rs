//! Where declarations and their members stand in a schema's text.
//!
//! Requests of the schema compilers in use say it of no member, if of anything. The text was understood by
//! one of them, so a look at its outline is enough here.

use std::collections::BTreeMap;

/// Lines and columns, both from 1, by names with those of the scopes around: `Outer.Inner.field`.
#[derive(Debug, Default)]
pub(crate) struct Positions(BTreeMap<String, (usize, usize)>);

impl Positions {
    /// Reads the outline of a schema. A broken one gives whatever can be found.
    pub(crate) fn of(text: &str) -> Self {
        let tokens = tokens(text);
        let mut outline = Outline::default();
        for (index, token) in tokens.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| tokens.get(before));
            outline.read(before, *token, tokens.get(index + 1), tokens.get(index + 2));
        }
        let found = outline.found.into_iter();
        Self(found.map(|(name, at)| (name, place(text, at))).collect())
    }

    /// The position of a name, or of the closest scope around it that is known.
    pub(crate) fn find(&self, name: &str) -> Option<(usize, usize)> {
        let known = self.0.get(name).copied();
        known.or_else(|| self.find(name.rsplit_once('.')?.0))
    }
}

#[derive(Clone, Copy, Debug)]
struct Token<'t> {
    text: &'t str,
    at: usize,
}

/// Words and punctuation, without comments and strings.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let mut end = at + letter.len_utf8();
        match letter {
            '#' => while letters.next().is_some_and(|(_, skipped)| skipped != '\n') {},
            '"' => {
                while let Some((_, skipped)) = letters.next() {
                    match skipped {
                        '"' => break,
                        '\\' => _ = letters.next(),
                        _ => {}
                    }
                }
            }
            letter if letter.is_whitespace() => {}
            letter => {
                let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
                if is_word(letter) {
                    while let Some((at, next)) = letters.next_if(|(_, next)| is_word(*next)) {
                        end = at + next.len_utf8();
                    }
                }
                tokens.extend(text.get(at..end).map(|text| Token { text, at }));
            }
        }
    }
    tokens
}

/// A walk over the tokens.
#[derive(Default)]
struct Outline {
    /// What stands in front of names: one for each open brace, and one for a method's parentheses.
    scopes: Vec<String>,
    /// The scope that the next brace opens.
    next: Option<String>,
    /// The member that is being read.
    member: Option<String>,
    parentheses: usize,
    found: BTreeMap<String, usize>,
}

impl Outline {
    fn read(
        &mut self,
        before: Option<&Token<'_>>,
        token: Token<'_>,
        after: Option<&Token<'_>>,
        then: Option<&Token<'_>>,
    ) {
        let is = |token: Option<&Token<'_>>, texts: &[&str]| {
            token.is_some_and(|token| texts.contains(&token.text))
        };
        match token.text {
            "{" => {
                let scope = self.next.take().or_else(|| self.scopes.last().cloned());
                self.scopes.push(scope.unwrap_or_default());
            }
            "}" => {
                self.scopes.pop();
                self.member = None;
            }
            ";" => self.member = None,
            "(" => self.parentheses += 1,
            ")" => self.parentheses = self.parentheses.saturating_sub(1),
            _ if is(before, &["struct", "interface", "enum", "const"]) && self.member.is_none() => {
                self.next = Some(self.insert(token));
            }
            _ if self.parentheses > 0 => {
                if is(after, &[":"])
                    && let Some(method) = &self.member
                {
                    let name = format!("{method}.{}", token.text);
                    self.found.entry(name).or_insert(token.at);
                }
            }
            _ if is(after, &["@"]) && self.member.is_none() => {
                self.member = Some(self.insert(token));
            }
            "group" | "union" if is(before, &[":"]) => self.next = self.member.take(),
            _ if is(after, &[":"]) && is(then, &["group", "union"]) => {
                self.member = Some(self.insert(token));
            }
            _ => {}
        }
    }

    /// Notes a name in the scope, and returns it with what stands in front of it.
    fn insert(&mut self, token: Token<'_>) -> String {
        let name = match self.scopes.last().filter(|scope| !scope.is_empty()) {
            Some(scope) => format!("{scope}.{}", token.text),
            None => token.text.to_owned(),
        };
        self.found.entry(name.clone()).or_insert(token.at);
        name
    }
}

/// Line and column of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"@0xd56b2d0ab8ad1d92;
using A = import "struct Not {";
struct Outer(T) @0xd56b2d0ab8ad1d93 $note("struct {") { # struct Neither {
  field @0 :List(Outer(Text)) = [(field = "a")];
  union { one @1 :Void; two @2 :Text; }
  owner :group { name @3 :Text; }
  state :union { open @4 :Void; }
  enum Kind { low @0; high @1 $note("x"); }
  interface Inner extends(Other) {
    call @0 [T] (first :Text, second :Map(T, T) = (a = 1)) -> (result :Text);
    other @1 Outer -> stream;
  }
}
const limit :UInt32 = 7;
"#;

    #[test]
    fn names_are_found_where_they_stand() {
        let positions = Positions::of(SCHEMA);
        for (name, expected) in [
            ("Outer", (3, 8)),
            ("Outer.field", (4, 3)),
            ("Outer.one", (5, 11)),
            ("Outer.two", (5, 25)),
            ("Outer.owner", (6, 3)),
            ("Outer.owner.name", (6, 18)),
            ("Outer.state.open", (7, 18)),
            ("Outer.Kind.high", (8, 23)),
            ("Outer.Inner", (9, 13)),
            ("Outer.Inner.call", (10, 5)),
            ("Outer.Inner.call.second", (10, 31)),
            ("Outer.Inner.call.result", (10, 64)),
            ("Outer.Inner.other", (11, 5)),
            ("limit", (14, 7)),
            // The closest that there is.
            ("Outer.Inner.other.none", (11, 5)),
            ("Outer.Which.one", (3, 8)),
        ] {
            assert_eq!(positions.find(name), Some(expected), "{name}");
        }
        assert_eq!(positions.find("Neither"), None);
        assert_eq!(positions.find("Not"), None);
    }

    #[test]
    fn broken_schemas_do_no_harm() {
        for end in 0..SCHEMA.len() {
            let cut = SCHEMA.get(..end).unwrap_or_default();
            assert_eq!(Positions::of(cut).find("Missing"), None);
        }
        assert_eq!(Positions::of("}}))@;{{((").find("a.b"), None);
    }
}
