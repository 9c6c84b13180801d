//! Interfaces: what they extend, and their methods.

use std::rc::Rc;

use super::Compiler;
use super::diagnostic::{Diagnostic, Span};
use super::ids::params_id;
use super::node::{Body, Method, Node};
use super::nodes::Parts;
use super::ordinals::Ordinals;
use super::resolve::{Context, Implicit};
use super::scope::{Arguments, BrandScope, Resolved};
use super::structs::Owner;
use super::syntax::{Declaration, DeclarationKind, Expression, Name, ParamList, Target};
use super::tree::{DeclId, Member};
use super::types::{Brand, Named, Type};

/// The schema that `-> stream` needs.
pub(super) const STREAM_FILE: &str = "/capnp/stream.capnp";
const STREAM_RESULT: &str = "StreamResult";

/// The id of the struct that `-> stream` stands for.
pub(super) const STREAM_RESULT_ID: u64 = 0x995f_9a33_77c0_b16e;

/// Which parameter list of a method is compiled.
#[derive(Clone, Copy)]
struct ListOf<'a> {
    method: &'a Name,
    ordinal: u16,
    parameters: &'a [Name],
    results: bool,
}

impl Compiler<'_> {
    pub(super) fn compile_interface(
        &mut self,
        decl: DeclId,
        context: &Context,
        syntax: &Declaration,
        superclasses: &[Rc<Expression>],
        parts: &mut Parts,
    ) -> Body {
        let superclasses = superclasses
            .iter()
            .filter_map(|base| self.superclass(base, context));
        let superclasses = superclasses.collect();
        let mut members = Vec::new();
        for member in &syntax.nested {
            if let (DeclarationKind::Method { params, results }, Some(ordinal)) =
                (&member.kind, member.ordinal)
            {
                members.push((ordinal, members.len(), member, params, results));
            }
        }
        members.sort_by_key(|(ordinal, ..)| ordinal.value);
        let mut ordinals = Ordinals::new(self.decl(decl).file);
        let mut methods = Vec::new();
        for (ordinal, code_order, member, params, results) in members {
            ordinals.check(ordinal, &mut self.reporter);
            let list = ListOf {
                method: &member.name,
                ordinal: u16::try_from(ordinal.value).unwrap_or(u16::MAX),
                parameters: &member.parameters,
                results: false,
            };
            if let ParamList::Stream(span) = params {
                let at = self.at(decl, *span);
                self.report(
                    Diagnostic::new(at, "`stream` belongs after `->`")
                        .help("write `method @0 (…) -> stream`"),
                );
            }
            let params = self.param_list(list, params, context, parts);
            let list = ListOf {
                results: true,
                ..list
            };
            let nothing = ParamList::Named(Vec::new());
            let results = results.as_ref().unwrap_or(&nothing);
            let results = self.param_list(list, results, context, parts);
            methods.push(Method {
                name: member.name.text.clone(),
                code_order: u16::try_from(code_order).unwrap_or(u16::MAX),
                parameters: (member.parameters.iter())
                    .map(|name| name.text.clone())
                    .collect(),
                params,
                results,
                annotations: self.compile_annotations(
                    &member.annotations,
                    Target::Method,
                    context,
                    parts,
                ),
                docs: member.docs.clone(),
            });
        }
        Body::Interface {
            superclasses,
            methods,
        }
    }

    fn superclass(&mut self, base: &Expression, context: &Context) -> Option<Named> {
        let resolved = self.resolve(base, context)?;
        let at = self.at(context.decl, base.span);
        if let Resolved::Declared { decl, scope } = &resolved
            && let DeclarationKind::Interface { .. } = self.decl(*decl).syntax.kind
        {
            return Some(self.named(*decl, scope, at));
        }
        let message = format!("`{}` is not an interface", base.text());
        let help = match resolved {
            Resolved::Parameter(_) => "type parameters cannot be extended",
            _ => "interfaces can only extend interfaces",
        };
        self.report(Diagnostic::new(at, message).help(help));
        None
    }

    /// The struct of the parameters or results of a method.
    fn param_list(
        &mut self,
        list: ListOf<'_>,
        params: &ParamList,
        context: &Context,
        parts: &mut Parts,
    ) -> Named {
        let nothing = Named {
            id: 0,
            brand: Brand::default(),
        };
        match params {
            ParamList::Named(params) => {
                let found = self.decl(context.decl);
                let interface = found.id;
                let suffix = if list.results { "$Results" } else { "$Params" };
                let owner = Owner {
                    id: params_id(interface, list.ordinal, list.results),
                    display_name: format!("{}.{}{suffix}", found.display_name, list.method.text),
                    generic: context.scope.is_generic() || !list.parameters.is_empty(),
                };
                let inside = context.with_parameters(Some(owner.id), list.parameters);
                let body = self.compile_params(params, &owner, &inside, parts);
                let id = owner.id;
                if !self.budget.spend_bytes(owner.display_name.len()) {
                    self.too_much(self.at(context.decl, list.method.span));
                }
                parts.nodes.push(Node {
                    id,
                    prefix_length: owner.display_name.len() - list.method.text.len() - suffix.len(),
                    display_name: owner.display_name,
                    scope: 0,
                    parameters: (list.parameters.iter())
                        .map(|name| name.text.clone())
                        .collect(),
                    generic: owner.generic,
                    nested: Vec::new(),
                    annotations: Vec::new(),
                    docs: None,
                    place: Span::default(),
                    body: Body::Struct(body),
                });
                // The official compiler does not bind the method's own parameters here.
                let scope = Some(Rc::clone(&context.scope));
                let scope = BrandScope::new(id, list.parameters.len(), Arguments::None, scope);
                Named {
                    id,
                    brand: scope.brand(|_| Type::Void),
                }
            }
            ParamList::Struct(expression) => {
                let inside = context.with_parameters(None, list.parameters);
                let Some(resolved) = self.resolve(expression, &inside) else {
                    return nothing;
                };
                let at = self.at(context.decl, expression.span);
                match &resolved {
                    Resolved::Declared { decl, scope }
                        if matches!(self.decl(*decl).syntax.kind, DeclarationKind::Struct) =>
                    {
                        self.named(*decl, scope, at)
                    }
                    _ => {
                        let message = format!("`{}` is not a struct", expression.text());
                        self.report(Diagnostic::new(at, message).help(
                            "name a struct, or write the fields in parentheses: (value :Text)",
                        ));
                        nothing
                    }
                }
            }
            ParamList::Stream(span) => {
                let at = self.at(context.decl, *span);
                let root = self.import(context.decl, STREAM_FILE, at);
                if let Some(root) = root
                    && !matches!(
                        self.decl(root).names.get(STREAM_RESULT),
                        Some(Member::Decl(_))
                    )
                {
                    let message = format!("`{STREAM_FILE}` declares no {STREAM_RESULT}");
                    self.report(
                        Diagnostic::new(at, message)
                            .help("the file in the import path is not Cap'n Proto's own"),
                    );
                }
                Named {
                    id: STREAM_RESULT_ID,
                    ..nothing
                }
            }
        }
    }
}

impl Context {
    fn with_parameters(&self, scope: Option<u64>, parameters: &[Name]) -> Self {
        Self {
            implicit: Some(Implicit {
                scope,
                names: parameters.iter().map(|name| name.text.clone()).collect(),
            }),
            ..self.clone()
        }
    }
}
