//! All that is declared in the files that were read, by id and by name.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::diagnostic::{Diagnostic, FileId, Location, Span};
use super::ids::child_id;
use super::scope::Resolved;
use super::syntax::{Declaration, DeclarationKind, Expression};
use super::{Compiler, Source, lexer, naming, parser};

/// Spans count bytes in 32 bits; nobody writes as much as this.
const LARGEST_FILE: usize = 1 << 28;

/// A declaration that becomes a node, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DeclId(pub(super) usize);

/// A `using` declaration, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AliasId(pub(super) usize);

/// A declaration that becomes a node.
#[derive(Debug)]
pub(super) struct Decl {
    pub(super) file: FileId,
    /// The declaration around it. Files have none.
    pub(super) parent: Option<DeclId>,
    pub(super) syntax: Rc<Declaration>,
    pub(super) id: u64,
    pub(super) display_name: String,
    pub(super) prefix_length: usize,
    pub(super) children: Vec<DeclId>,
    pub(super) aliases: Vec<AliasId>,
    /// What is declared in it, by name.
    pub(super) names: HashMap<String, Member>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Member {
    Decl(DeclId),
    Alias(AliasId),
}

#[derive(Debug)]
pub(super) struct Alias {
    pub(super) name: String,
    pub(super) parent: DeclId,
    pub(super) target: Rc<Expression>,
    pub(super) state: AliasState,
}

#[derive(Clone, Debug)]
pub(super) enum AliasState {
    Unknown,
    Running,
    Known(Option<Resolved>),
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct ReadFile {
    pub(super) key: PathBuf,
    pub(super) source: Source,
    pub(super) root: DeclId,
    /// What its names stand for, in the order in which that was found out.
    pub(super) identifiers: Vec<Identifier>,
}

/// A name where it is used, and the id of what it stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identifier {
    pub(super) span: Span,
    pub(super) id: u64,
}

impl Compiler<'_> {
    /// Reads a file, if it has not been yet. None: it cannot be read.
    pub(super) fn read(&mut self, key: &Path) -> std::io::Result<DeclId> {
        if let Some(known) = self.files.iter().find(|file| file.key == key) {
            return Ok(known.root);
        }
        let text = self.sources.read(key)?;
        let name = self.sources.name(key);
        let file = FileId(self.files.len());
        let root = DeclId(self.decls.len());
        self.budget.grow(text.len());
        self.files.push(ReadFile {
            key: key.to_owned(),
            source: Source {
                place: self.sources.place(key),
                text,
            },
            root,
            identifiers: Vec::new(),
        });
        let text = self.files.last().map(|file| file.source.text.as_slice());
        let mut text = text.unwrap_or_default();
        if text.len() > LARGEST_FILE {
            let at = Location {
                file,
                span: Span::default(),
            };
            self.reporter.report(
                Diagnostic::new(at, "the file is too large to be a schema")
                    .help("keep large values in files of their own, and `embed` them"),
            );
            text = b"";
        }
        let statements = lexer::lex(text, file, &mut self.reporter);
        let parsed = parser::parse(&statements, file, &mut self.reporter);
        // What generators cut off a file's name leaves `capnp` of all of them, as it always did.
        let prefix_length = name.rfind(['.', ':']).map_or(0, |dot| dot + 1);
        self.declare(file, None, parsed.root, name, prefix_length);
        Ok(root)
    }

    /// Takes up a declaration with all that is declared in it.
    fn declare(
        &mut self,
        file: FileId,
        parent: Option<DeclId>,
        syntax: Rc<Declaration>,
        display_name: String,
        prefix_length: usize,
    ) -> DeclId {
        let decl = DeclId(self.decls.len());
        let id = match (syntax.id, parent) {
            (Some(id), _) => id.value,
            (None, Some(parent)) => child_id(self.decl(parent).id, &syntax.name.text),
            // A file without an id is a mistake, which has been reported.
            (None, None) => child_id(0, &display_name),
        };
        let id = self.register(id, decl, file, &syntax);
        let separator = if parent.is_none() { ':' } else { '.' };
        let nested = syntax.nested.clone();
        self.decls.push(Decl {
            file,
            parent,
            syntax,
            id,
            display_name,
            prefix_length,
            children: Vec::new(),
            aliases: Vec::new(),
            names: HashMap::new(),
        });
        for declaration in nested {
            let name = declaration.name.text.clone();
            let member = match &declaration.kind {
                DeclarationKind::Using(target) => {
                    let alias = AliasId(self.aliases.len());
                    self.aliases.push(Alias {
                        name: name.clone(),
                        parent: decl,
                        target: Rc::clone(target),
                        state: AliasState::Unknown,
                    });
                    self.decl_mut(decl).aliases.push(alias);
                    Member::Alias(alias)
                }
                DeclarationKind::Const { .. }
                | DeclarationKind::Annotation { .. }
                | DeclarationKind::Enum
                | DeclarationKind::Struct
                | DeclarationKind::Interface { .. } => {
                    let outer = &self.decl(decl).display_name;
                    let prefix_length = outer.len() + 1;
                    let display_name = format!("{outer}{separator}{name}");
                    if !self.budget.spend_bytes(display_name.len()) {
                        continue;
                    }
                    let child =
                        self.declare(file, Some(decl), declaration, display_name, prefix_length);
                    self.decl_mut(decl).children.push(child);
                    Member::Decl(child)
                }
                _ => continue,
            };
            let names = &mut self.decl_mut(decl).names;
            // Of two with the same name, which is a mistake, types come first as they always do.
            match names.get(&name) {
                Some(Member::Decl(_)) => {}
                Some(Member::Alias(_)) if matches!(member, Member::Alias(_)) => {}
                _ => {
                    names.insert(name, member);
                }
            }
        }
        decl
    }

    /// Ties an id to a declaration: this one, or another one if it is taken.
    fn register(&mut self, id: u64, decl: DeclId, file: FileId, syntax: &Declaration) -> u64 {
        let place = |id: Option<Span>| Location {
            file,
            span: id.unwrap_or(syntax.name.span),
        };
        let at = place(syntax.id.map(|id| id.span));
        if let Some(first) = self.by_id.get(&id).copied() {
            let first = self.decl(first);
            let other = Location {
                file: first.file,
                span: first.syntax.id.map_or(first.syntax.name.span, |id| id.span),
            };
            let is_named_alike = syntax.id.is_none() && first.syntax.name.text == syntax.name.text;
            self.reporter.report(if is_named_alike {
                naming::taken(&syntax.name.text, at, other)
            } else {
                Diagnostic::new(at, format!("the id {id:#018x} is taken"))
                    .related(other, "by this one")
                    .help("each declaration needs an id of its own")
            });
            // None that can be written in a schema.
            let unused = self.decls.len() as u64 + 1000;
            self.by_id.insert(unused, decl);
            return unused;
        }
        self.by_id.insert(id, decl);
        id
    }

    /// A declaration by its number. Numbers are only made for what there is.
    pub(super) fn decl(&self, decl: DeclId) -> &Decl {
        &self.decls[decl.0]
    }

    fn decl_mut(&mut self, decl: DeclId) -> &mut Decl {
        &mut self.decls[decl.0]
    }

    /// Where a piece of a declaration's file stands.
    pub(super) fn at(&self, decl: DeclId, span: Span) -> Location {
        Location {
            file: self.decl(decl).file,
            span,
        }
    }
}
