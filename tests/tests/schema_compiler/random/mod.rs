//! Schemas made up at random: right ones, as far as it can be told without compiling them.

mod declarations;
mod members;
mod rng;
mod types;
mod values;

pub(crate) use rng::Rng;
use types::Type;

/// The schema of a seed.
pub(crate) fn schema(seed: u64) -> String {
    let mut maker = Maker {
        rng: Rng::new(seed),
        structs: Vec::new(),
        enums: Vec::new(),
        interfaces: Vec::new(),
        constants: Vec::new(),
        annotations: Vec::new(),
        parameters: Vec::new(),
        names: 0,
        shuffles: false,
        text: String::new(),
    };
    maker.shuffles = maker.rng.once_in(4);
    // Ids that no other seed has, and that are not made of names.
    let id = 1 << 63 | seed << 16 | 0xf11e;
    maker.line(0, &format!("@{id:#x};"));
    maker.comment(0);
    for _ in 0..4 + maker.rng.below(10) {
        maker.declaration();
    }
    maker.text
}

/// A schema in the making, and what can be referred to in the rest of it.
struct Maker {
    rng: Rng,
    structs: Vec<Struct>,
    enums: Vec<Enum>,
    interfaces: Vec<Interface>,
    constants: Vec<Constant>,
    annotations: Vec<Annotation>,
    /// The type parameters in scope.
    parameters: Vec<String>,
    /// How many names were given out.
    names: usize,
    /// Whether fields are numbered out of order. Not always: many orders contradict what old compilers
    /// did, and are rejected.
    shuffles: bool,
    text: String,
}

#[derive(Clone)]
struct Struct {
    path: String,
    parameters: usize,
    fields: Vec<Field>,
}

#[derive(Clone)]
struct Field {
    name: String,
    kind: FieldKind,
}

#[derive(Clone)]
enum FieldKind {
    Slot(Type),
    Group(Vec<Field>),
}

#[derive(Clone)]
struct Enum {
    path: String,
    enumerants: Vec<String>,
}

struct Interface {
    path: String,
    parameters: usize,
}

struct Constant {
    path: String,
    ty: Type,
}

struct Annotation {
    path: String,
    targets: Vec<&'static str>,
    ty: Type,
}

impl Maker {
    fn line(&mut self, depth: usize, text: &str) {
        self.text.push_str(&"  ".repeat(depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Sometimes a comment, for the declaration before it or for nobody.
    fn comment(&mut self, depth: usize) {
        match self.rng.below(8) {
            0 => self.line(depth, "# A comment."),
            1 => {
                self.line(depth, "#Two lines,");
                self.line(depth, "#   one indented.");
            }
            2 => {
                self.line(depth, "");
                self.line(depth, "# A comment that belongs to nothing.");
            }
            _ => {}
        }
    }

    /// A name that no other declaration has.
    fn name(&mut self, start: &str) -> String {
        self.names += 1;
        format!("{start}{}", self.names)
    }
}
