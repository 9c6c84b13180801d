//! What names stand for, and with which types for the parameters.

use std::rc::Rc;

use super::builtin::Builtin;
use super::tree::DeclId;
use super::types::{Bound, Brand, Parameter, Scope, Type};

/// What a name or type expression stands for.
#[derive(Clone, Debug)]
pub(super) enum Resolved {
    Declared {
        decl: DeclId,
        scope: Rc<BrandScope>,
    },
    Builtin(Builtin),
    List(Option<Rc<Resolved>>),
    Parameter(Parameter),
    /// A type parameter of the method, by its number.
    MethodParameter(u16),
}

/// A declaration with what its type parameters are bound to, inside of another one.
#[derive(Debug)]
pub(super) struct BrandScope {
    pub(super) id: u64,
    /// How many parameters the declaration takes.
    pub(super) parameters: usize,
    pub(super) arguments: Arguments,
    pub(super) parent: Option<Rc<BrandScope>>,
    /// How many names stand in it, however often each is shared.
    pub(super) size: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Arguments {
    /// None were given. The parameters stand for any pointer.
    None,
    /// None were given, but the name is used inside of the declaration.
    Inherited,
    Given(Vec<Resolved>),
}

impl Resolved {
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Declared { scope, .. } => scope.size.saturating_add(1),
            Self::List(Some(element)) => element.size().saturating_add(1),
            _ => 1,
        }
    }

    /// The same as seen from another scope, for what was resolved where an alias was declared.
    pub(super) fn seen_from(&self, scope: &BrandScope) -> Self {
        match self {
            Self::Declared { decl, scope: own } => Self::Declared {
                decl: *decl,
                scope: own.seen_from(scope),
            },
            Self::List(element) => Self::List(
                element
                    .as_ref()
                    .map(|element| Rc::new(element.argument_seen_from(scope))),
            ),
            Self::Parameter(parameter) => {
                scope.argument(*parameter).unwrap_or_else(|| self.clone())
            }
            other => other.clone(),
        }
    }

    /// The same for what stands in parentheses: the official compiler forgets there which kind of
    /// pointer is meant.
    fn argument_seen_from(&self, scope: &BrandScope) -> Self {
        match self {
            Self::Builtin(builtin) if builtin.is_any_pointer() => {
                Self::Builtin(Builtin::Type(Type::AnyPointer))
            }
            other => other.seen_from(scope),
        }
    }
}

impl BrandScope {
    pub(super) fn new(
        id: u64,
        parameters: usize,
        arguments: Arguments,
        parent: Option<Rc<Self>>,
    ) -> Rc<Self> {
        let above = parent.as_ref().map_or(0, |parent| parent.size);
        let size = match &arguments {
            Arguments::Given(given) => given
                .iter()
                .fold(above, |sum, argument| sum.saturating_add(argument.size())),
            Arguments::None | Arguments::Inherited => above,
        };
        Rc::new(Self {
            id,
            parameters,
            arguments,
            parent,
            size,
        })
    }

    /// Whether the declaration or one around it takes parameters.
    pub(super) fn is_generic(&self) -> bool {
        self.parameters > 0
            || self
                .parent
                .as_ref()
                .is_some_and(|parent| parent.is_generic())
    }

    /// The scope with this id among this one and those around it.
    pub(super) fn pop(self: &Rc<Self>, id: u64) -> Rc<Self> {
        let mut scope = self;
        loop {
            if scope.id == id {
                return Rc::clone(scope);
            }
            match &scope.parent {
                Some(parent) => scope = parent,
                None => return Self::new(id, 0, Arguments::None, None),
            }
        }
    }

    fn find(&self, id: u64) -> Option<&Self> {
        let mut scope = Some(self);
        while let Some(found) = scope {
            if found.id == id {
                return Some(found);
            }
            scope = found.parent.as_deref();
        }
        None
    }

    /// What a parameter is bound to here. None: to itself.
    pub(super) fn argument(&self, parameter: Parameter) -> Option<Resolved> {
        let any = || Some(Resolved::Builtin(Builtin::Type(Type::AnyPointer)));
        match &self.find(parameter.scope)?.arguments {
            Arguments::Given(given) => given
                .get(usize::from(parameter.index))
                .cloned()
                .or_else(any),
            Arguments::Inherited => None,
            Arguments::None => any(),
        }
    }

    fn seen_from(&self, scope: &Self) -> Rc<Self> {
        let arguments = match &self.arguments {
            Arguments::Given(given) => Arguments::Given(
                given
                    .iter()
                    .map(|argument| argument.argument_seen_from(scope))
                    .collect(),
            ),
            Arguments::Inherited if self.parameters > 0 => match scope.find(self.id) {
                Some(found) => found.arguments.clone(),
                None => Arguments::None,
            },
            Arguments::Inherited | Arguments::None => Arguments::None,
        };
        let parent = self.parent.as_ref().map(|parent| parent.seen_from(scope));
        Self::new(self.id, self.parameters, arguments, parent)
    }

    /// The brand, with each argument made a type.
    pub(super) fn brand(&self, mut to_type: impl FnMut(&Resolved) -> Type) -> Brand {
        let mut scopes = Vec::new();
        let mut next = Some(self);
        while let Some(scope) = next {
            let bound = match &scope.arguments {
                Arguments::Given(given) if !given.is_empty() => {
                    Some(Bound::To(given.iter().map(&mut to_type).collect()))
                }
                Arguments::Inherited if scope.parameters > 0 => Some(Bound::Inherit),
                _ => None,
            };
            scopes.extend(bound.map(|bound| Scope {
                id: scope.id,
                bound,
            }));
            next = scope.parent.as_deref();
        }
        Brand { scopes }
    }
}
