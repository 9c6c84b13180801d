//! The syntax tree.

use std::rc::Rc;

use super::diagnostic::Span;

/// A schema file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) root: Rc<Declaration>,
}

/// A name where it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) span: Span,
}

/// A number where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub(super) value: u64,
    pub(super) span: Span,
}

/// Anything that is declared, and the file itself.
#[derive(Debug)]
pub(super) struct Declaration {
    /// Empty for files and for unions that have no name.
    pub(super) name: Name,
    /// The 64-bit id after the name.
    pub(super) id: Option<Number>,
    /// The number of a member.
    pub(super) ordinal: Option<Number>,
    /// Type parameters.
    pub(super) parameters: Vec<Name>,
    pub(super) annotations: Vec<Application>,
    pub(super) docs: Option<Vec<u8>>,
    pub(super) nested: Vec<Rc<Declaration>>,
    pub(super) kind: DeclarationKind,
    pub(super) span: Span,
    /// All of it, with its members and its comment. Files say nothing here.
    pub(super) whole: Span,
}

#[derive(Debug)]
pub(super) enum DeclarationKind {
    File,
    Using(Rc<Expression>),
    Const {
        ty: Rc<Expression>,
        value: Rc<Expression>,
    },
    Annotation {
        ty: Rc<Expression>,
        targets: Targets,
    },
    Enum,
    Enumerant,
    Struct,
    Field {
        ty: Rc<Expression>,
        default: Option<Rc<Expression>>,
    },
    Union,
    Group,
    Interface {
        superclasses: Vec<Rc<Expression>>,
    },
    Method {
        params: ParamList,
        results: Option<ParamList>,
    },
}

/// What a method takes or gives.
#[derive(Debug)]
pub(super) enum ParamList {
    Named(Vec<Param>),
    Struct(Rc<Expression>),
    Stream(Span),
}

#[derive(Debug)]
pub(super) struct Param {
    pub(super) name: Name,
    pub(super) ty: Rc<Expression>,
    pub(super) default: Option<Rc<Expression>>,
    pub(super) annotations: Vec<Application>,
}

/// An annotation where it is used.
#[derive(Debug)]
pub(super) struct Application {
    pub(super) name: Rc<Expression>,
    pub(super) value: Option<Rc<Expression>>,
}

/// A type, a value, or the name of one.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) kind: ExpressionKind,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum ExpressionKind {
    /// Something that did not parse, which was reported.
    Broken,
    Positive(u64),
    Negative(u64),
    Float(f64),
    String(Vec<u8>),
    Binary(Vec<u8>),
    /// `name`.
    Relative(String),
    /// `.name`.
    Absolute(Name),
    Import(Name),
    Embed(Name),
    List(Vec<Rc<Expression>>),
    Tuple(Vec<Argument>),
    /// `function(…)`.
    Call {
        function: Rc<Expression>,
        arguments: Vec<Argument>,
    },
    /// `parent.name`.
    Member {
        parent: Rc<Expression>,
        name: Name,
    },
}

/// One of the values in parentheses.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Option<Name>,
    pub(super) value: Rc<Expression>,
}

/// The kinds of declarations that an annotation can be put on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Targets(u16);

/// One kind of declaration that an annotation can be put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    File,
    Const,
    Enum,
    Enumerant,
    Struct,
    Field,
    Union,
    Group,
    Interface,
    Method,
    Param,
    Annotation,
}

impl Target {
    pub(super) const ALL: [(&'static str, Self); 12] = [
        ("file", Self::File),
        ("const", Self::Const),
        ("enum", Self::Enum),
        ("enumerant", Self::Enumerant),
        ("struct", Self::Struct),
        ("field", Self::Field),
        ("union", Self::Union),
        ("group", Self::Group),
        ("interface", Self::Interface),
        ("method", Self::Method),
        ("param", Self::Param),
        ("annotation", Self::Annotation),
    ];

    pub(super) fn by_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, target)| *target)
    }

    /// The name that schemas have for it.
    pub(super) fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, target)| *target == self);
        found.map_or("", |(name, _)| name)
    }
}

impl Targets {
    pub(super) fn insert(&mut self, target: Target) {
        self.0 |= 1 << target as u16;
    }

    pub(super) fn contains(self, target: Target) -> bool {
        self.0 & (1 << target as u16) != 0
    }
}

impl Expression {
    /// The expression as it would be written, as far as it is made of names.
    pub(super) fn text(&self) -> String {
        match &self.kind {
            ExpressionKind::Relative(name) => name.clone(),
            ExpressionKind::Absolute(name) => format!(".{}", name.text),
            ExpressionKind::Import(path) => format!("import \"{}\"", path.text),
            ExpressionKind::Embed(path) => format!("embed \"{}\"", path.text),
            ExpressionKind::Member { parent, name } => format!("{}.{}", parent.text(), name.text),
            ExpressionKind::Call {
                function,
                arguments,
            } => {
                let arguments: Vec<_> = arguments
                    .iter()
                    .map(|argument| argument.value.text())
                    .collect();
                format!("{}({})", function.text(), arguments.join(", "))
            }
            _ => "…".to_owned(),
        }
    }
}
