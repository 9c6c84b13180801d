//! What code is generated from: our own picture of schema files, free of the schema compiler's types
//! and of Rust's syntax. Names are the schema's; places on the wire are as `schema.capnp` counts them.

mod binding;
mod custom;
mod graph;
mod inherit;
mod lower;
mod member;
mod method;
mod naming;
mod parameters;
mod selectors;
mod structure;
pub(crate) mod types;

use std::collections::BTreeSet;

pub(crate) use custom::{Custom, Overrides};
pub(crate) use inherit::Member;
pub(crate) use lower::lower;
pub(crate) use member::capitalized;
use proc_macro2::TokenStream;
pub(crate) use selectors::Wishes;
pub(crate) use selectors::ends_with;
use types::{Scalar, Value};

use crate::names;

/// All files that code is generated from.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) files: Vec<File>,
    /// The structs and unions that hold handles on objects, which cannot be compared.
    incomparable: BTreeSet<Place>,
}

impl Model {
    /// The file that declares a named type.
    pub(crate) fn file_of(&self, named: &Named) -> Option<&File> {
        self.files.get(named.place.file)
    }

    /// A declaration by its place.
    pub(crate) fn item(&self, place: &Place) -> Option<&Item> {
        let mut items = self.files.get(place.file)?.items.as_slice();
        for name in &place.modules {
            items = items.iter().find_map(|item| match item {
                Item::Module(module) if module.name == *name => Some(module.items.as_slice()),
                _ => None,
            })?;
        }
        items
            .iter()
            .find(|item| item.type_name() == Some(&place.name))
    }

    /// Whether two values of the type can be compared.
    pub(crate) fn is_comparable(&self, ty: &Type) -> bool {
        match ty {
            Type::Interface(_) | Type::AnyPointer | Type::Capability => false,
            Type::List(ty) | Type::Bound(ty) => self.is_comparable(ty),
            Type::Struct(named) | Type::Group(named) | Type::Union(named) => {
                !self.incomparable.contains(&named.place)
                    && named.arguments.iter().all(|ty| self.is_comparable(ty))
            }
            _ => true,
        }
    }
}

/// A schema file.
#[derive(Debug)]
pub(crate) struct File {
    /// As readers know it: `v32/echo.capnp`.
    pub(crate) name: String,
    /// The Rust module that it becomes: `["v32", "echo"]`.
    pub(crate) module: Vec<String>,
    /// The module of another crate that has the code already.
    pub(crate) external: Option<TokenStream>,
    pub(crate) docs: String,
    /// In the schema's order.
    pub(crate) items: Vec<Item>,
}

#[derive(Debug)]
pub(crate) enum Item {
    Const(Const),
    Enum(Enum),
    Struct(Struct),
    Union(Union),
    Interface(Interface),
    Module(Module),
}

impl Item {
    /// The name of the type that it is.
    pub(crate) fn type_name(&self) -> Option<&str> {
        match self {
            Self::Enum(item) => Some(&item.name),
            Self::Struct(item) => Some(&item.name),
            Self::Union(item) => Some(&item.name),
            Self::Interface(item) => Some(&item.name),
            Self::Const(_) | Self::Module(_) => None,
        }
    }
}

/// The declarations inside of another one.
#[derive(Debug)]
pub(crate) struct Module {
    /// As Rust has it.
    pub(crate) name: String,
    /// The declaration that they stand in.
    pub(crate) owner: String,
    pub(crate) items: Vec<Item>,
}

#[derive(Debug)]
pub(crate) struct Const {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) ty: Type,
    pub(crate) value: Value,
}

impl Const {
    /// The constant in Rust, or the function where the value needs the heap.
    pub(crate) fn rust_name(&self) -> String {
        if self.is_function() {
            names::snake(&self.name)
        } else {
            names::shouty(&self.name)
        }
    }

    pub(crate) fn is_function(&self) -> bool {
        !matches!(
            self.ty,
            Type::Void | Type::Scalar(_) | Type::Enum(_) | Type::Text | Type::Data
        )
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// By number.
    pub(crate) enumerants: Vec<Enumerant>,
}

#[derive(Clone, Debug)]
pub(crate) struct Enumerant {
    pub(crate) name: String,
    pub(crate) docs: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// The type parameters that the fields use.
    pub(crate) parameters: Vec<String>,
    pub(crate) record: Record,
}

/// A union, or a struct that is nothing but its union.
#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// The type parameters that the members use.
    pub(crate) parameters: Vec<String>,
    /// Where the number stands that tells which member is there.
    pub(crate) tag: u32,
    /// The layout, with the members as its fields.
    pub(crate) record: Record,
    /// The members' numbers.
    pub(crate) numbers: Vec<u16>,
}

/// A struct's fields, or a method's parameters or results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) data_words: u16,
    pub(crate) pointers: u16,
    pub(crate) fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// What Rust calls it, if the schema says so.
    pub(crate) rename: Option<String>,
    pub(crate) docs: String,
    /// The pointer's index; or the place in the data section, counted in the size of the type.
    pub(crate) offset: u32,
    pub(crate) ty: Type,
    pub(crate) default: Value,
    pub(crate) presence: Presence,
    /// Whether the struct stands in a box of its own, since it contains the one that this field is in.
    pub(crate) boxed: bool,
}

impl Field {
    /// The name to make Rust's from.
    pub(crate) fn rust_name(&self) -> &str {
        self.rename.as_deref().unwrap_or(&self.name)
    }

    /// Whether there is no value unless somebody sets one. Null can stand for a default of the schema.
    pub(crate) fn starts_as_none(&self) -> bool {
        let has_default = self.boxed && !self.default.is_zero();
        self.is_optional() && !(has_default && self.presence == Presence::Pointer)
    }

    /// Whether there may be no value.
    pub(crate) fn is_optional(&self) -> bool {
        self.presence != Presence::Always
    }
}

/// What tells whether a field has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It always has one.
    Always,
    /// A bit of the data section, where a `hasX` field stands beside it.
    Flag(u32),
    /// The pointer: null stands for none.
    Pointer,
    /// Nothing in the message; the caller knows whether it asked, by the parameter of this name.
    Asked(String),
}

#[derive(Clone, Debug)]
pub(crate) enum Type {
    Void,
    Scalar(Scalar),
    Enum(Named),
    Text,
    /// `Data`, and `List(UInt8)`, which stands the same way in messages.
    Data,
    List(Box<Type>),
    Struct(Named),
    /// A group: fields of the same struct.
    Group(Named),
    /// The unnamed union of the same struct.
    Union(Named),
    Interface(Named),
    /// A type parameter.
    Parameter(String),
    /// What a type parameter is bound to, where members that have its type stand.
    Bound(Box<Type>),
    AnyPointer,
    Capability,
    /// A Rust type of the user's in the place of the schema's.
    Custom(Box<Custom>),
}

impl Type {
    /// How many types stand inside each other in Rust.
    pub(crate) fn depth(&self) -> usize {
        1 + match self {
            Self::List(element) => element.depth(),
            Self::Bound(ty) => return ty.depth(),
            Self::Data => 1,
            _ => {
                let arguments = self.named().map(|named| named.arguments.iter());
                arguments
                    .into_iter()
                    .flatten()
                    .map(Self::depth)
                    .max()
                    .unwrap_or(0)
            }
        }
    }

    /// The declaration that the type is.
    pub(crate) fn named(&self) -> Option<&Named> {
        match self {
            Self::Enum(named)
            | Self::Struct(named)
            | Self::Group(named)
            | Self::Union(named)
            | Self::Interface(named) => Some(named),
            _ => None,
        }
    }

    /// The schema's type.
    pub(crate) fn wire(&self) -> &Self {
        match self {
            Self::Custom(custom) => &custom.wire,
            ty => ty,
        }
    }

    /// Whether a value has a pointer of its own.
    pub(crate) fn is_pointer(&self) -> bool {
        !matches!(
            self.wire(),
            Self::Void | Self::Scalar(_) | Self::Enum(_) | Self::Group(_) | Self::Union(_)
        )
    }
}

/// A declaration, in this or another file, with what its type parameters are bound to.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) place: Place,
    pub(crate) arguments: Vec<Type>,
    /// The path that the user wrote for it, where there is a user who did.
    pub(crate) written: Option<TokenStream>,
}

/// Where something is declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The index of the declaring file in the model.
    pub(crate) file: usize,
    /// The modules inside of the file's, as Rust has them.
    pub(crate) modules: Vec<String>,
    pub(crate) name: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Interface {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) id: u64,
    /// The type parameters that it uses.
    pub(crate) parameters: Vec<String>,
    /// What they are bound to: themselves, but in what others inherit from it.
    pub(crate) arguments: Vec<Type>,
    /// The interfaces that it extends, in the order in which it names them.
    pub(crate) bases: Vec<Base>,
    /// By ordinal.
    pub(crate) methods: Vec<Method>,
    /// Whether the caller wants that implementations may leave methods out.
    pub(crate) partial: bool,
}

impl Interface {
    /// Whether implementations may leave methods out. Where a closure is enough, there is nothing to leave out.
    pub(crate) fn is_partial(&self) -> bool {
        self.partial && self.closure().is_none()
    }

    /// The methods that an implementation writes and a caller calls, without the inherited ones.
    pub(crate) fn calls(&self) -> impl Iterator<Item = Member<'_>> {
        inherit::own(self).filter(Member::is_call)
    }

    /// Its only method, if that is `call` and nothing is inherited: then a closure is enough to
    /// implement it.
    pub(crate) fn closure(&self) -> Option<Member<'_>> {
        let mut calls = self.calls();
        let only = calls.next().filter(|_| calls.next().is_none())?;
        (only.method.name == "call" && self.bases.is_empty()).then_some(only)
    }

    /// The interface as a reference to it.
    pub(crate) fn named(&self) -> Named {
        Named {
            place: self.place.clone(),
            arguments: self.arguments.clone(),
            written: None,
        }
    }
}

/// An interface that another one extends.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) named: Named,
    /// The interface with its type arguments, if it has any.
    branded: Option<Box<Interface>>,
}

impl Base {
    fn new(named: Named) -> Self {
        Self {
            named,
            branded: None,
        }
    }

    fn has_arguments(&self) -> bool {
        !self.named.arguments.is_empty()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) ordinal: u16,
    pub(crate) role: Role,
    /// Whether it has type parameters of its own, beside those of the interface.
    pub(crate) generic: bool,
    /// The pointer index of the parameter that names the threads of the call.
    pub(crate) context: Option<u32>,
    /// The parameters, without the context.
    pub(crate) params: Record,
    /// The results, without the declared errors.
    pub(crate) results: Record,
    /// The results that say, when they are there, that the method failed.
    pub(crate) errors: Vec<DeclaredError>,
    /// The pointer indexes of the parameter and the result by which the two sides exchange their
    /// thread maps.
    pub(crate) thread_map: Option<(u32, u32)>,
    /// The method that ends a call of this one which nobody waits for any more.
    pub(crate) cancel_with: Option<String>,
    /// Whether calls of it are parts of a stream.
    pub(crate) streaming: bool,
    /// Whether implementations answer at once, by a function that is not async.
    pub(crate) immediate: bool,
    /// Which of the interface's type parameters the results use.
    pub(crate) results_parameters: Vec<usize>,
    /// Which of the interface's type parameters the declared errors use.
    pub(crate) errors_parameters: Vec<usize>,
}

impl Method {
    /// Whether some declared error is more than a message.
    pub(crate) fn has_error_type(&self) -> bool {
        self.errors.iter().any(|error| !error.standard)
    }
}

/// A result that carries an error instead of a value.
#[derive(Clone, Debug)]
pub(crate) struct DeclaredError {
    pub(crate) field: Field,
    /// Whether it is the message of any error: a Text for `std::exception`.
    pub(crate) standard: bool,
}

/// Who answers a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The implementation of the interface.
    Call,
    /// The runtime: the two sides exchange their thread maps before anything else.
    Construct,
    /// The runtime: the object ends.
    Destroy,
}
