//! Types in words: as Rust has them, and as schemas do.

use crate::model::types::Scalar;
use crate::model::{Field, Method, Named, Type};
use crate::names;

/// The Rust type that stands for a type of the schema.
pub(super) fn in_rust(ty: &Type) -> String {
    match ty {
        Type::Void => "()".to_owned(),
        Type::Scalar(scalar) => scalar.rust().to_owned(),
        Type::Text => "String".to_owned(),
        Type::Data => "Vec<u8>".to_owned(),
        Type::List(element) => format!("Vec<{}>", element_in_rust(element)),
        Type::Enum(named) | Type::Struct(named) | Type::Group(named) | Type::Union(named) => {
            named_in_rust(named, &named.place.name)
        }
        Type::Interface(named) => named_in_rust(named, &names::proxy(&named.place.name)),
        Type::Parameter(name) => name.clone(),
        Type::Bound(ty) => element_in_rust(ty),
        Type::AnyPointer => "AnyPointer".to_owned(),
        Type::Capability => "AnyProxy".to_owned(),
        Type::Custom(custom) => custom.rust.to_string(),
    }
}

fn element_in_rust(ty: &Type) -> String {
    match ty {
        Type::Interface(_) | Type::Capability => format!("Option<{}>", in_rust(ty)),
        ty => in_rust(ty),
    }
}

fn named_in_rust(named: &Named, name: &str) -> String {
    if named.arguments.is_empty() {
        return name.to_owned();
    }
    let arguments: Vec<_> = named.arguments.iter().map(element_in_rust).collect();
    format!("{name}<{}>", arguments.join(", "))
}

/// The Rust type of a member.
pub(super) fn member_in_rust(field: &Field) -> String {
    let mut ty = in_rust(&field.ty);
    if field.boxed {
        ty = format!("Box<{ty}>");
    }
    if field.is_optional() {
        ty = format!("Option<{ty}>");
    }
    ty
}

/// The type in the language of schemas.
pub(super) fn in_schema(ty: &Type) -> String {
    match ty {
        Type::Void => "Void".to_owned(),
        Type::Scalar(scalar) => scalar_in_schema(*scalar).to_owned(),
        Type::Text => "Text".to_owned(),
        Type::Data => "Data".to_owned(),
        Type::List(element) => {
            let element = in_schema(element);
            let name = [
                "the enum ",
                "the struct ",
                "the interface ",
                "the type parameter ",
            ];
            let name = name.iter().find_map(|kind| element.strip_prefix(kind));
            format!("List({})", name.unwrap_or(&element))
        }
        Type::Enum(named) => format!("the enum {}", named.place.name),
        Type::Struct(named) => format!("the struct {}", named.place.name),
        Type::Group(named) | Type::Union(named) => format!("the group {}", named.place.name),
        Type::Interface(named) => format!("the interface {}", named.place.name),
        Type::Parameter(name) => format!("the type parameter {name}"),
        Type::Bound(ty) => in_schema(ty),
        Type::AnyPointer => "AnyPointer".to_owned(),
        Type::Capability => "Capability".to_owned(),
        Type::Custom(custom) => in_schema(&custom.wire),
    }
}

fn scalar_in_schema(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "Bool",
        Scalar::Int8 => "Int8",
        Scalar::Int16 => "Int16",
        Scalar::Int32 => "Int32",
        Scalar::Int64 => "Int64",
        Scalar::UInt8 => "UInt8",
        Scalar::UInt16 => "UInt16",
        Scalar::UInt32 => "UInt32",
        Scalar::UInt64 => "UInt64",
        Scalar::Float32 => "Float32",
        Scalar::Float64 => "Float64",
    }
}

/// What a method returns when all goes well.
pub(super) fn output_in_rust(interface: &str, method: &Method) -> String {
    match method.results.fields.as_slice() {
        [] => "()".to_owned(),
        [result] => member_in_rust(result),
        _ => names::results_struct(interface, &method.name),
    }
}

/// What a method fails with.
pub(super) fn error_in_rust(interface: &str, method: &Method) -> String {
    if method.has_error_type() {
        names::error_type(interface, &method.name)
    } else {
        "Exception".to_owned()
    }
}

/// The method as a user would write it.
pub(super) fn method_in_rust(interface: &str, method: &Method) -> String {
    let name = names::ident(&names::snake(&method.name));
    let params = method.params.fields.iter().map(parameter_in_rust);
    let params: Vec<_> = std::iter::once("&self".to_owned()).chain(params).collect();
    let (output, error) = (
        output_in_rust(interface, method),
        error_in_rust(interface, method),
    );
    format!(
        "async fn {name}({}) -> Result<{output}, {error}>;",
        params.join(", ")
    )
}

/// The parameter as a user would write it.
pub(super) fn parameter_in_rust(field: &Field) -> String {
    let name = names::ident(&names::snake(field.rust_name()));
    format!("{name}: {}", member_in_rust(field))
}
