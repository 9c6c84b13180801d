//! Types: what is bound to their parameters, and what they are.

use std::rc::Rc;

use super::Compiler;
use super::builtin::Builtin;
use super::diagnostic::{Diagnostic, Location, Span};
use super::resolve::Context;
use super::scope::{Arguments, BrandScope, Resolved};
use super::syntax::{Argument, DeclarationKind, Expression};
use super::tree::DeclId;
use super::types::{Named, Parameter, Type};

impl Compiler<'_> {
    pub(super) fn resolve_arguments(
        &mut self,
        arguments: &[Argument],
        context: &Context,
    ) -> Option<Vec<(Resolved, Span)>> {
        let mut given = Some(Vec::new());
        for argument in arguments {
            if let Some(name) = &argument.name {
                let at = self.at(context.decl, name.span);
                self.report(Diagnostic::new(at, "types in parentheses have no names"));
            }
            let resolved = self.resolve(&argument.value, context);
            match (resolved, &mut given) {
                (Some(resolved), Some(given)) => given.push((resolved, argument.value.span)),
                _ => given = None,
            }
        }
        given
    }

    /// Binds type parameters.
    pub(super) fn apply(
        &mut self,
        function: Resolved,
        given: Vec<(Resolved, Span)>,
        at: Location,
    ) -> Option<Resolved> {
        let (taken, wanted) = match &function {
            Resolved::Declared { scope, .. } => (
                matches!(&scope.arguments, Arguments::Given(given) if !given.is_empty()),
                scope.parameters,
            ),
            Resolved::List(element) => (element.is_some(), 1),
            Resolved::Builtin(_) => (false, 0),
            // As the official compiler does, we overlook parameters of parameters.
            Resolved::Parameter(_) | Resolved::MethodParameter(_) => return Some(function),
        };
        if taken || given.len() != wanted {
            let count = given.len();
            let (message, help) = if taken {
                (
                    "the parameters of the type are bound already".to_owned(),
                    "leave out the second parentheses".to_owned(),
                )
            } else if wanted == 0 {
                (
                    "the type takes no parameters".to_owned(),
                    "leave out the parentheses".to_owned(),
                )
            } else {
                let s = if wanted == 1 { "" } else { "s" };
                (
                    format!("the type takes {wanted} parameter{s}, not {count}"),
                    format!("write `{}`", self.with_parameters(&function)),
                )
            };
            self.report(Diagnostic::new(at, message).help(help));
            // A list without its element would be reported again.
            return Some(function).filter(|function| !matches!(function, Resolved::List(_)));
        }
        match function {
            Resolved::Declared { decl, scope } => {
                for (argument, span) in &given {
                    self.check_argument(argument, Location { span: *span, ..at });
                }
                let given = given.into_iter().map(|(argument, _)| argument).collect();
                let arguments = Arguments::Given(given);
                let parent = scope.parent.clone();
                Some(Resolved::Declared {
                    decl,
                    scope: BrandScope::new(scope.id, scope.parameters, arguments, parent),
                })
            }
            Resolved::List(_) => {
                let element = given.into_iter().next();
                Some(Resolved::List(element.map(|(element, _)| Rc::new(element))))
            }
            other => Some(other),
        }
    }

    /// How a type that takes parameters is declared.
    fn with_parameters(&self, ty: &Resolved) -> String {
        let Resolved::Declared { decl, .. } = ty else {
            return "List(Element)".to_owned();
        };
        let syntax = &self.decl(*decl).syntax;
        let names = syntax.parameters.iter().map(|name| name.text.as_str());
        let names: Vec<_> = names.collect();
        format!("{}({})", syntax.name.text, names.join(", "))
    }

    fn check_argument(&mut self, argument: &Resolved, at: Location) {
        let fits = match argument {
            Resolved::Declared { decl, .. } => matches!(
                self.decl(*decl).syntax.kind,
                DeclarationKind::Struct | DeclarationKind::Interface { .. }
            ),
            Resolved::Builtin(builtin) => builtin.can_be_argument(),
            Resolved::List(_) | Resolved::Parameter(_) | Resolved::MethodParameter(_) => true,
        };
        if !fits {
            self.report(
                Diagnostic::new(at, "a type parameter cannot be bound to this").help(
                    "structs, interfaces, lists, Text, Data and AnyPointer can be given; \
                     put anything else in a struct",
                ),
            );
        }
    }

    /// The type that an expression names. None: it names none, which was reported.
    pub(super) fn type_of(&mut self, expression: &Expression, context: &Context) -> Option<Type> {
        let resolved = self.resolve(expression, context)?;
        let at = self.at(context.decl, expression.span);
        if !self.budget.spend(6 * resolved.size() as u64) {
            self.too_much(at);
            return None;
        }
        self.as_type(&resolved, at)
    }

    pub(super) fn as_type(&mut self, resolved: &Resolved, at: Location) -> Option<Type> {
        match resolved {
            Resolved::Declared { decl, scope } => {
                let named = self.named(*decl, scope, at);
                match &self.decl(*decl).syntax.kind {
                    DeclarationKind::Enum => Some(Type::Enum(named)),
                    DeclarationKind::Struct => Some(Type::Struct(named)),
                    DeclarationKind::Interface { .. } => Some(Type::Interface(named)),
                    _ => {
                        let name = &self.decl(*decl).syntax.name.text;
                        let message = match name.as_str() {
                            "" => "a file is not a type".to_owned(),
                            name => format!("`{name}` is not a type"),
                        };
                        self.report(Diagnostic::new(at, message).help(
                            "types are structs, enums, interfaces and what the language has",
                        ));
                        None
                    }
                }
            }
            Resolved::Builtin(Builtin::Type(ty)) => Some(ty.clone()),
            Resolved::Builtin(Builtin::Object) => {
                self.report(
                    Diagnostic::new(at, "`Object` is called `AnyPointer` since Cap'n Proto 0.4")
                        .help("write `AnyPointer`"),
                );
                Some(Type::AnyPointer)
            }
            Resolved::List(None) => {
                self.report(
                    Diagnostic::new(at, "the list does not say what is in it")
                        .help("write `List(Text)`, or `AnyList`"),
                );
                None
            }
            Resolved::List(Some(element)) => {
                let element = self.as_type(element, at)?;
                let name = match element {
                    Type::AnyPointer => "AnyPointer",
                    Type::AnyStruct => "AnyStruct",
                    // The official compiler takes a parameter's number for a kind of pointer, and
                    // those two for what is above. Others it lets pass.
                    Type::Parameter(Parameter { index: 0 | 1, .. })
                    | Type::MethodParameter(0 | 1) => "a type parameter",
                    _ => return Some(Type::List(Rc::new(element))),
                };
                let message = format!("there are no lists of {name}");
                self.report(
                    Diagnostic::new(at, message)
                        .help("put the value in a struct, or use `AnyList` or `AnyPointer`"),
                );
                None
            }
            Resolved::Parameter(parameter) => Some(Type::Parameter(*parameter)),
            Resolved::MethodParameter(index) => Some(Type::MethodParameter(*index)),
        }
    }

    /// A declaration with its brand. What is bound and no type was reported.
    pub(super) fn named(&mut self, decl: DeclId, scope: &BrandScope, at: Location) -> Named {
        let brand = scope.brand(|argument| self.as_type(argument, at).unwrap_or(Type::Void));
        Named {
            id: self.decl(decl).id,
            brand,
        }
    }
}
