//! Reads a `CodeGeneratorRequest`: bytes in, plain facts out.

use std::collections::BTreeMap;

use capnp::schema_capnp::{
    annotation, brand, code_generator_request, enumerant, field, method, node, type_,
};
use capnp::struct_list;

use super::facts::{
    Annotation, Base, Binding, Body, Brand, Child, Enumerant, Field, FieldKind, Id, Method, Node,
    Parameter, PointerKind, Requested, Schema, Struct, Type,
};
use super::values::{read_pointers, read_value};
use crate::model::types::Scalar;

/// The documentation of a node and of its members, in the members' order.
type Docs<'a> = BTreeMap<Id, node::source_info::Reader<'a>>;

/// Decodes the schema compiler's output.
pub(super) fn read(bytes: &[u8]) -> capnp::Result<Schema> {
    let options = capnp::message::ReaderOptions {
        traversal_limit_in_words: None,
        nesting_limit: 64,
    };
    let message = capnp::serialize::read_message(bytes, options)?;
    let request = message.get_root::<code_generator_request::Reader<'_>>()?;

    let mut docs = Docs::new();
    for info in request.get_source_info()? {
        docs.insert(info.get_id(), info);
    }
    let mut nodes = BTreeMap::new();
    for node in request.get_nodes()? {
        nodes.insert(node.get_id(), read_node(node, docs.get(&node.get_id()))?);
    }
    for node in request.get_nodes()? {
        // The values of pointers can be told only when all types are known.
        let values = read_pointers(node, &nodes)?;
        if let Some(node) = nodes.get_mut(&node.get_id()) {
            node.set_pointers(values);
        }
    }
    let mut requested = Vec::new();
    for file in request.get_requested_files()? {
        requested.push(Requested {
            name: file.get_filename()?.to_string()?,
            id: file.get_id(),
        });
    }
    Ok(Schema { nodes, requested })
}

fn read_node(
    node: node::Reader<'_>,
    info: Option<&node::source_info::Reader<'_>>,
) -> capnp::Result<Node> {
    let mut member_docs = Vec::new();
    let mut docs = String::new();
    if let Some(info) = info {
        docs = info.get_doc_comment()?.to_string()?;
        for member in info.get_members()? {
            member_docs.push(member.get_doc_comment()?.to_string()?);
        }
    }
    let mut nested = Vec::new();
    for child in node.get_nested_nodes()? {
        nested.push(Child {
            name: name(child.get_name()?)?,
            id: child.get_id(),
        });
    }
    let mut parameters = Vec::new();
    for parameter in node.get_parameters()? {
        parameters.push(name(parameter.get_name()?)?);
    }
    let body = match node.which()? {
        node::File(()) => Body::File,
        node::Struct(body) => Body::Struct(read_struct(node.get_id(), body, &member_docs)?),
        node::Enum(body) => {
            let mut enumerants = Vec::new();
            for (index, enumerant) in body.get_enumerants()?.iter().enumerate() {
                enumerants.push(read_enumerant(enumerant, doc_of(&member_docs, index))?);
            }
            Body::Enum(enumerants)
        }
        node::Interface(body) => {
            let mut methods = Vec::new();
            for (index, method) in body.get_methods()?.iter().enumerate() {
                methods.push(read_method(method, doc_of(&member_docs, index))?);
            }
            let mut bases = Vec::new();
            for base in body.get_superclasses()? {
                bases.push(Base {
                    id: base.get_id(),
                    brand: read_brand(base.get_brand()?)?,
                });
            }
            Body::Interface { methods, bases }
        }
        node::Const(body) => Body::Const {
            ty: read_type(body.get_type()?)?,
            value: read_value(body.get_value()?)?,
        },
        node::Annotation(_) => Body::Annotation,
    };
    Ok(Node {
        display_name: node.get_display_name()?.to_string()?,
        scope: node.get_scope_id(),
        parameters,
        docs,
        annotations: read_annotations(node.get_annotations()?)?,
        nested,
        body,
    })
}

/// A declared name: ASCII letters and digits, as the language demands.
fn name(text: capnp::text::Reader<'_>) -> capnp::Result<String> {
    let name = text.to_str()?;
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    if starts_well
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    {
        Ok(name.to_owned())
    } else {
        Err(capnp::Error::failed(format!("`{name}` is not a name")))
    }
}

fn doc_of(member_docs: &[String], index: usize) -> String {
    member_docs.get(index).cloned().unwrap_or_default()
}

fn read_struct(
    id: Id,
    body: node::struct_::Reader<'_>,
    member_docs: &[String],
) -> capnp::Result<Struct> {
    let mut fields = Vec::new();
    for (index, field) in body.get_fields()?.iter().enumerate() {
        fields.push(read_field(field, doc_of(member_docs, index))?);
    }
    Ok(Struct {
        id,
        data_words: body.get_data_word_count(),
        pointers: body.get_pointer_count(),
        tag: (body.get_discriminant_count() > 0).then(|| body.get_discriminant_offset()),
        fields,
    })
}

fn read_field(field: field::Reader<'_>, docs: String) -> capnp::Result<Field> {
    let kind = match field.which()? {
        field::Slot(slot) => {
            let default = slot.get_default_value()?;
            FieldKind::Slot {
                offset: slot.get_offset(),
                ty: read_type(slot.get_type()?)?,
                default: read_value(default)?,
            }
        }
        field::Group(group) => FieldKind::Group(group.get_type_id()),
    };
    Ok(Field {
        name: name(field.get_name()?)?,
        docs,
        annotations: read_annotations(field.get_annotations()?)?,
        member: Some(field.get_discriminant_value())
            .filter(|member| *member != field::NO_DISCRIMINANT),
        kind,
    })
}

fn read_enumerant(enumerant: enumerant::Reader<'_>, docs: String) -> capnp::Result<Enumerant> {
    Ok(Enumerant {
        name: name(enumerant.get_name()?)?,
        docs,
        annotations: read_annotations(enumerant.get_annotations()?)?,
    })
}

fn read_method(method: method::Reader<'_>, docs: String) -> capnp::Result<Method> {
    Ok(Method {
        name: name(method.get_name()?)?,
        docs,
        generic: !method.get_implicit_parameters()?.is_empty(),
        annotations: read_annotations(method.get_annotations()?)?,
        params: method.get_param_struct_type(),
        params_brand: read_brand(method.get_param_brand()?)?,
        results: method.get_result_struct_type(),
        results_brand: read_brand(method.get_result_brand()?)?,
    })
}

fn read_annotations(
    annotations: struct_list::Reader<'_, annotation::Owned>,
) -> capnp::Result<Vec<Annotation>> {
    annotations
        .iter()
        .map(|annotation| {
            Ok(Annotation {
                id: annotation.get_id(),
                value: read_value(annotation.get_value()?)?,
            })
        })
        .collect()
}

fn read_type(ty: type_::Reader<'_>) -> capnp::Result<Type> {
    Ok(match ty.which()? {
        type_::Void(()) => Type::Void,
        type_::Bool(()) => Type::Scalar(Scalar::Bool),
        type_::Int8(()) => Type::Scalar(Scalar::Int8),
        type_::Int16(()) => Type::Scalar(Scalar::Int16),
        type_::Int32(()) => Type::Scalar(Scalar::Int32),
        type_::Int64(()) => Type::Scalar(Scalar::Int64),
        type_::Uint8(()) => Type::Scalar(Scalar::UInt8),
        type_::Uint16(()) => Type::Scalar(Scalar::UInt16),
        type_::Uint32(()) => Type::Scalar(Scalar::UInt32),
        type_::Uint64(()) => Type::Scalar(Scalar::UInt64),
        type_::Float32(()) => Type::Scalar(Scalar::Float32),
        type_::Float64(()) => Type::Scalar(Scalar::Float64),
        type_::Text(()) => Type::Text,
        type_::Data(()) => Type::Data,
        type_::List(list) => Type::List(Box::new(read_type(list.get_element_type()?)?)),
        type_::Enum(named) => Type::Enum(named.get_type_id()),
        type_::Struct(named) => Type::Struct {
            id: named.get_type_id(),
            brand: read_brand(named.get_brand()?)?,
        },
        type_::Interface(named) => Type::Interface {
            id: named.get_type_id(),
            brand: read_brand(named.get_brand()?)?,
        },
        type_::AnyPointer(any) => Type::AnyPointer(match any.which()? {
            type_::any_pointer::Unconstrained(kind) => match kind.which()? {
                type_::any_pointer::unconstrained::Capability(()) => PointerKind::Capability,
                _ => PointerKind::Any,
            },
            type_::any_pointer::Parameter(parameter) => PointerKind::Parameter(Parameter {
                scope: parameter.get_scope_id(),
                index: parameter.get_parameter_index(),
            }),
            type_::any_pointer::ImplicitMethodParameter(_) => PointerKind::OfMethod,
        }),
    })
}

fn read_brand(brand: brand::Reader<'_>) -> capnp::Result<Brand> {
    let mut read = Brand::default();
    for scope in brand.get_scopes()? {
        let binding = match scope.which()? {
            brand::scope::Inherit(()) => Binding::Same,
            brand::scope::Bind(bindings) => {
                let mut types = Vec::new();
                for binding in bindings? {
                    types.push(match binding.which()? {
                        brand::binding::Unbound(()) => None,
                        brand::binding::Type(ty) => Some(read_type(ty?)?),
                    });
                }
                Binding::Types(types)
            }
        };
        read.0.insert(scope.get_scope_id(), binding);
    }
    Ok(read)
}
