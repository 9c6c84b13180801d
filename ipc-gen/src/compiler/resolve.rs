//! Finds out what names and type expressions stand for.

use std::rc::Rc;

use super::Compiler;
use super::builtin::{self, Builtin, LIST_ID};
use super::diagnostic::{Diagnostic, Location};
use super::scope::{Arguments, BrandScope, Resolved};
use super::suggest::suggestion;
use super::syntax::{Expression, ExpressionKind, Name};
use super::tree::{AliasId, AliasState, DeclId, Identifier, Member};
use super::types::Parameter;

/// From where an expression sees names.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) decl: DeclId,
    pub(super) scope: Rc<BrandScope>,
    pub(super) implicit: Option<Implicit>,
}

/// The type parameters of a method.
#[derive(Clone, Debug)]
pub(super) struct Implicit {
    /// The struct in place that takes the parameters over, if the expression is inside of one.
    pub(super) scope: Option<u64>,
    pub(super) names: Vec<String>,
}

/// Of how many names a type can be made.
const LARGEST_TYPE: usize = 1000;

impl Compiler<'_> {
    /// The context of what is written directly inside of a declaration.
    pub(super) fn context(&self, decl: DeclId) -> Context {
        Context {
            decl,
            scope: self.lexical_scope(decl),
            implicit: None,
        }
    }

    fn lexical_scope(&self, decl: DeclId) -> Rc<BrandScope> {
        let mut chain = Vec::new();
        let mut next = Some(decl);
        while let Some(found) = next {
            chain.push(found);
            next = self.decl(found).parent;
        }
        let root = BrandScope::new(0, 0, Arguments::Inherited, None);
        chain.iter().rev().fold(root, |parent, found| {
            let found = self.decl(*found);
            let parameters = found.syntax.parameters.len();
            BrandScope::new(found.id, parameters, Arguments::Inherited, Some(parent))
        })
    }

    /// What an expression stands for. None: nothing, which was reported.
    pub(super) fn resolve(
        &mut self,
        expression: &Expression,
        context: &Context,
    ) -> Option<Resolved> {
        let at = self.at(context.decl, expression.span);
        if !self.budget.descend() {
            self.too_deep(at);
            return None;
        }
        let resolved = self.resolve_kind(expression, context, at);
        self.budget.ascend();
        let resolved = resolved?;
        if resolved.size() > LARGEST_TYPE {
            self.report(
                Diagnostic::new(at, "the type has too many parts")
                    .help("declare structs for some of them"),
            );
            return None;
        }
        Some(resolved)
    }

    fn resolve_kind(
        &mut self,
        expression: &Expression,
        context: &Context,
        at: Location,
    ) -> Option<Resolved> {
        match &expression.kind {
            // Reported by the parser.
            ExpressionKind::Broken => None,
            ExpressionKind::Relative(name) => self.resolve_relative(name, context, at),
            ExpressionKind::Absolute(name) => {
                let root = self.root_of(context.decl);
                let Some(found) = self.member(root, &name.text, &context.scope) else {
                    return self.undefined(name, self.at(context.decl, name.span), root);
                };
                self.identify(at, self.member_id(root, &name.text));
                Some(found)
            }
            ExpressionKind::Import(path) => {
                let found = self.resolve_import(path, context)?;
                self.identify(at, self.id_of(&found));
                Some(found)
            }
            ExpressionKind::Member { parent, name } => {
                let found = self.resolve(parent, context)?;
                let member = match &found {
                    Resolved::Declared { decl, scope } => self.member(*decl, &name.text, scope),
                    _ => None,
                };
                if let Some(member) = &member {
                    self.identify(at, self.id_of(member));
                }
                member.or_else(|| {
                    let at = self.at(context.decl, name.span);
                    let message =
                        format!("`{}` has no member named `{}`", parent.text(), name.text);
                    let mut problem = Diagnostic::new(at, message);
                    if let Resolved::Declared { decl, .. } = &found
                        && let Some(help) = suggestion(&name.text, self.decl(*decl).names.keys())
                    {
                        problem = problem.help(help);
                    }
                    self.report(problem);
                    None
                })
            }
            ExpressionKind::Call {
                function,
                arguments,
            } => {
                let function = self.resolve(function, context)?;
                let given = self.resolve_arguments(arguments, context);
                match given {
                    Some(given) => self.apply(function, given, at),
                    None => Some(function),
                }
            }
            ExpressionKind::Positive(_)
            | ExpressionKind::Negative(_)
            | ExpressionKind::Float(_)
            | ExpressionKind::String(_)
            | ExpressionKind::Binary(_)
            | ExpressionKind::Embed(_)
            | ExpressionKind::List(_)
            | ExpressionKind::Tuple(_) => {
                self.report(
                    Diagnostic::new(at, "expected a name").help(
                        "name a type or what is declared somewhere; values have no place here",
                    ),
                );
                None
            }
        }
    }

    fn resolve_relative(
        &mut self,
        name: &str,
        context: &Context,
        at: Location,
    ) -> Option<Resolved> {
        if let Some(implicit) = &context.implicit
            && let Some(index) = implicit.names.iter().position(|known| known == name)
        {
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            return Some(match implicit.scope {
                Some(scope) => Resolved::Parameter(Parameter { scope, index }),
                None => Resolved::MethodParameter(index),
            });
        }
        let mut next = Some(context.decl);
        while let Some(decl) = next {
            if let Some(found) = self.member(decl, name, &context.scope) {
                self.identify(at, self.member_id(decl, name));
                return Some(found);
            }
            let found = self.decl(decl);
            let parameters = &found.syntax.parameters;
            if let Some(index) = parameters.iter().position(|known| known.text == name) {
                let parameter = Parameter {
                    scope: found.id,
                    index: u16::try_from(index).unwrap_or(u16::MAX),
                };
                let bound = context.scope.argument(parameter);
                return Some(bound.unwrap_or(Resolved::Parameter(parameter)));
            }
            next = found.parent;
        }
        let builtin = match name {
            "List" => Some(Resolved::List(None)),
            name => Builtin::by_name(name).map(Resolved::Builtin),
        };
        if let Some(builtin) = builtin {
            self.identify(at, self.id_of(&builtin));
            return Some(builtin);
        }
        let name = Name {
            text: name.to_owned(),
            span: at.span,
        };
        self.undefined(&name, at, context.decl)
    }

    /// Complains of a name that means nothing, and says which one it may have been meant for.
    fn undefined(&mut self, name: &Name, at: Location, decl: DeclId) -> Option<Resolved> {
        if self.reporter.is_full() {
            let problem = Diagnostic::new(at, format!("`{}` is not defined", name.text));
            self.report(problem);
            return None;
        }
        let mut visible: Vec<&str> = Vec::new();
        let mut next = Some(decl);
        while let Some(decl) = next {
            let found = self.decl(decl);
            visible.extend(found.names.keys().map(String::as_str));
            visible.extend(
                found
                    .syntax
                    .parameters
                    .iter()
                    .map(|name| name.text.as_str()),
            );
            next = found.parent;
        }
        visible.extend(builtin::NAMES);
        let elsewhere = builtin::from_elsewhere(&name.text);
        let elsewhere = elsewhere.map(|here| format!("did you mean `{here}`?"));
        let help = elsewhere
            .or_else(|| suggestion(&name.text, visible))
            .unwrap_or_else(|| {
                let name = &name.text;
                format!("declare it, or name its file: `import \"file.capnp\".{name}`")
            });
        let problem = Diagnostic::new(at, format!("`{}` is not defined", name.text));
        self.report(problem.help(help));
        None
    }

    fn resolve_import(&mut self, path: &Name, context: &Context) -> Option<Resolved> {
        let at = self.at(context.decl, path.span);
        let decl = self.import(context.decl, &path.text, at)?;
        Some(Resolved::Declared {
            decl,
            scope: self.lexical_scope(decl),
        })
    }

    /// The file that an import names.
    pub(super) fn import(&mut self, from: DeclId, path: &str, at: Location) -> Option<DeclId> {
        let importer = self.key_of(from).to_owned();
        let Some(key) = self.sources.find(&importer, path) else {
            self.report(
                Diagnostic::new(at, format!("there is no file `{path}`")).help(
                    if path.starts_with('/') {
                        "paths that begin with `/` are looked up in the import paths"
                    } else {
                        "the path is relative to the folder of this file"
                    },
                ),
            );
            return None;
        };
        match self.read(&key) {
            Ok(root) => Some(root),
            Err(error) => {
                let message = format!("cannot read `{path}`: {error}");
                self.report(Diagnostic::new(at, message));
                None
            }
        }
    }

    /// What a declaration has under a name.
    fn member(&mut self, decl: DeclId, name: &str, scope: &Rc<BrandScope>) -> Option<Resolved> {
        match *self.decl(decl).names.get(name)? {
            Member::Decl(found) => {
                let outer = scope.pop(self.decl(decl).id);
                Some(self.inside(found, outer))
            }
            Member::Alias(alias) => {
                let target = self.alias(alias)?;
                let outer = scope.pop(self.decl(decl).id);
                Some(match &target {
                    // The official compiler takes the alias's surroundings for the declaration's
                    // own if nothing in them is bound.
                    Resolved::Declared { decl, scope } if !is_bound(scope) => {
                        self.inside(*decl, outer)
                    }
                    target => target.seen_from(&outer),
                })
            }
        }
    }

    /// The id of what a declaration has under a name, wherever that leads from here.
    fn member_id(&self, decl: DeclId, name: &str) -> Option<u64> {
        match self.decl(decl).names.get(name)? {
            Member::Decl(found) => Some(self.decl(*found).id),
            Member::Alias(alias) => match &self.aliases.get(alias.0)?.state {
                AliasState::Known(Some(target)) => self.id_of(target),
                _ => None,
            },
        }
    }

    fn id_of(&self, resolved: &Resolved) -> Option<u64> {
        match resolved {
            Resolved::Declared { decl, .. } => Some(self.decl(*decl).id),
            Resolved::Builtin(builtin) => Some(builtin.id()),
            Resolved::List(_) => Some(LIST_ID),
            Resolved::Parameter(_) | Resolved::MethodParameter(_) => None,
        }
    }

    /// Notes what a name stands for, for those who want to show that in an editor.
    fn identify(&mut self, at: Location, id: Option<u64>) {
        if let (Some(id), Some(file)) = (id, self.files.get_mut(at.file.0)) {
            let span = at.span;
            file.identifiers.push(Identifier { span, id });
        }
    }

    fn inside(&self, decl: DeclId, outer: Rc<BrandScope>) -> Resolved {
        let found = self.decl(decl);
        let parameters = found.syntax.parameters.len();
        Resolved::Declared {
            decl,
            scope: BrandScope::new(found.id, parameters, Arguments::None, Some(outer)),
        }
    }

    /// What a `using` declaration stands for. None, too, while that is being found out: the name then
    /// means what it does further outside.
    pub(super) fn alias(&mut self, alias: AliasId) -> Option<Resolved> {
        let known = self.aliases.get_mut(alias.0)?;
        match &known.state {
            AliasState::Known(target) => return target.clone(),
            AliasState::Running => return None,
            AliasState::Unknown => {}
        }
        known.state = AliasState::Running;
        let target = Rc::clone(&known.target);
        let parent = known.parent;
        let context = self.context(parent);
        let resolved = self.resolve(&target, &context);
        if let Some(resolved) = &resolved {
            self.check_arguments(resolved, self.at(parent, target.span));
        }
        if let Some(known) = self.aliases.get_mut(alias.0) {
            known.state = AliasState::Known(resolved.clone());
        }
        resolved
    }

    /// Complains of what stands in a type's parentheses and is no type.
    fn check_arguments(&mut self, resolved: &Resolved, at: Location) {
        match resolved {
            Resolved::Declared { decl, scope } => {
                self.named(*decl, scope, at);
            }
            Resolved::List(Some(element)) => {
                self.as_type(element, at);
            }
            _ => {}
        }
    }

    fn root_of(&self, decl: DeclId) -> DeclId {
        let mut root = decl;
        while let Some(parent) = self.decl(root).parent {
            root = parent;
        }
        root
    }
}

/// Whether a declaration or one around it has a brand to speak of.
fn is_bound(scope: &BrandScope) -> bool {
    let bound = match &scope.arguments {
        Arguments::Given(given) => !given.is_empty(),
        Arguments::Inherited => scope.parameters > 0,
        Arguments::None => false,
    };
    bound || scope.parent.as_deref().is_some_and(is_bound)
}
